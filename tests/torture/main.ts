// Tortures the loggers: main.ts [--quick] [--minutes N] [--seed N] [name...]
//
// A name picks a torture, or all whose names begin with it. Prints a line each, and exits with 1
// if a promise was broken. Tortures without a natural end run last: side by side, each in a
// separate process, for twenty minutes.
// deno-lint-ignore-file no-console -- it reports on a terminal
import { parseArgs } from "@std/cli/parse-args";
import { TORTURES } from "./_all.ts";
import { runHere } from "./_run.ts";
import type { Effort, Torture } from "./_verdict.ts";
import { freshSeed } from "../../src/testing/random.ts";
import { runScript } from "../helpers/deno.ts";

const RUN = new URL("./_run.ts", import.meta.url);
const MINUTES = 20;
const QUICK_MINUTES = 0.05;
const USAGE = `Usage: deno task torture [--quick] [--minutes N] [--seed N] [${
  TORTURES.map(({ name }) => name).join("|")
}]...`;

interface Arguments extends Effort {
  readonly tortures: readonly Torture[];
}

function picks(word: string, { name }: Torture): boolean {
  const isName = TORTURES.some((torture) => torture.name === word);
  return name === word || (!isName && name.startsWith(`${word}-`));
}

/** Returns the number in a text, or `NaN` if it is not a number from 0. */
function numberIn(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : NaN;
}

function parseArguments(given: readonly string[]): Arguments | null {
  let isKnown = true;
  const { _: words, quick, ...options } = parseArgs([...given], {
    boolean: ["quick"],
    string: ["minutes", "seed", "_"],
    unknown: (_arg, key) => {
      isKnown &&= key === undefined; // an option that is not one of these
    },
  });
  const names: string[] = words.map(String);
  const minutes = numberIn(options.minutes) ?? (quick ? QUICK_MINUTES : MINUTES);
  const seed = numberIn(options.seed) ?? freshSeed();
  isKnown &&= names.every((name) => TORTURES.some((torture) => picks(name, torture)));
  if (!isKnown || Number.isNaN(minutes) || !Number.isSafeInteger(seed)) return null;
  const tortures = TORTURES.filter((torture) => {
    return names.length === 0 || names.some((name) => picks(name, torture));
  });
  return { quick, minutes, seed, tortures };
}

/** Runs a torture in a separate process, and prints its output. */
async function runApart({ name }: Torture, effort: Effort): Promise<boolean> {
  const { success, stdout, stderr } = await runScript(RUN, {
    args: [name, JSON.stringify(effort)],
  });
  console.log(stdout.trimEnd() || `FAIL ${name}: it ended: ${stderr}`);
  return success;
}

async function main(args: readonly string[]): Promise<number> {
  const parsed = parseArguments(args);
  if (parsed === null) {
    console.error(USAGE);
    return 2;
  }
  const { tortures, ...effort } = parsed;
  const { quick, seed } = effort;
  console.log(`seed ${seed}${quick ? ", quick" : ""}`);
  const lasting = tortures.filter(({ isLasting }) => isLasting);
  const apart = lasting.length > 1 ? lasting : [];
  const clean: boolean[] = [];
  for (const torture of tortures) {
    if (!apart.includes(torture)) clean.push(await runHere(torture, effort));
  }
  clean.push(...await Promise.all(apart.map((torture) => runApart(torture, effort))));
  return clean.every(Boolean) ? 0 : 1;
}

Deno.exit(await main(Deno.args));
