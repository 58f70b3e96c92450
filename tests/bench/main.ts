// Measures the package: main.ts [--quick] [--json] [question...]
//
// Figures depend on the machine, so a missed bar is printed but is not a failure.
// deno-lint-ignore-file no-console -- a bench prints
import { type Answer, isMet, type Question } from "./_question.ts";
import { report, summary, thisMachine } from "./_report.ts";
import { question as cold } from "./cold.ts";
import { question as columns } from "./columns.ts";
import { question as concurrent } from "./concurrent.ts";
import { question as engines } from "./engines.ts";
import { question as flag } from "./flag.ts";
import { question as http } from "./http.ts";
import { question as importTime } from "./import.ts";
import { question as memory } from "./memory.ts";
import { question as objects } from "./objects.ts";
import { question as open } from "./open.ts";
import { question as parquet } from "./parquet.ts";
import { question as parts } from "./parts.ts";
import { question as read } from "./read.ts";
import { question as size } from "./size.ts";

const QUESTIONS: readonly Question[] = [
  flag,
  parts,
  columns,
  concurrent,
  open,
  read,
  engines,
  parquet,
  memory,
  objects,
  cold,
  http,
  size,
  importTime,
];
const USAGE = `Usage: deno task bench [--quick] [--json] [${
  QUESTIONS.map(({ name }) => name).join("|")
}]...`;

interface Arguments {
  readonly quick: boolean;
  readonly json: boolean;
  readonly questions: readonly Question[];
}

function parseArguments(args: readonly string[]): Arguments | null {
  const names = args.filter((arg) => arg !== "--quick" && arg !== "--json");
  if (names.some((name) => !QUESTIONS.some((question) => question.name === name))) return null;
  return {
    quick: args.includes("--quick"),
    json: args.includes("--json"),
    questions: QUESTIONS.filter(({ name }) => names.length === 0 || names.includes(name)),
  };
}

function toJson(question: Question, { tables, bars, notes }: Answer): unknown {
  const judged = bars.map((bar) => ({ ...bar, met: isMet(bar) }));
  return { question: question.name, asks: question.asks, tables, bars: judged, notes };
}

async function main(args: readonly string[]): Promise<number> {
  const parsed = parseArguments(args);
  if (parsed === null) {
    console.error(USAGE);
    return 2;
  }
  const { quick, json, questions } = parsed;
  const machine = thisMachine();
  const { cpu, cores, system, deno } = machine;
  if (!json) console.log(`${cpu}, ${cores} cores, ${system}, Deno ${deno}`);
  if (!json && quick) console.log("A quick run: small datasets, few rounds, rough figures");
  const answers: Answer[] = [];
  for (const question of questions) {
    answers.push(await question.answer({ quick }));
    if (!json) console.log(`\n${report(question, answers.at(-1)!)}`);
  }
  if (json) {
    const answered = questions.map((question, i) => toJson(question, answers[i]!));
    console.log(JSON.stringify({ machine, quick, questions: answered }, null, 2));
  } else console.log(`\n${summary(answers.flatMap(({ bars }) => bars))}`);
  return 0;
}

Deno.exit(await main(Deno.args));
