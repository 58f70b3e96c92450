// Tortures the loggers: main.ts [--quick] [--minutes N] [--seed N] [name...]
//
// A name picks a torture, or all whose names begin with it. Prints a line for each, and ends with 1
// where a promise was broken. Those that could go on for ever run last: side by side, each in a
// process of its own, for twenty minutes.
// deno-lint-ignore-file no-console -- it reports on a terminal
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

/** Takes an option and its number out of the arguments; `NaN` where it is none. */
function takeNumber(args: string[], option: string): number | undefined {
  const at = args.indexOf(option);
  if (at === -1) return undefined;
  const [, text = ""] = args.splice(at, 2);
  return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : NaN;
}

function picks(word: string, { name }: Torture): boolean {
  const isName = TORTURES.some((torture) => torture.name === word);
  return name === word || (!isName && name.startsWith(`${word}-`));
}

function parseArguments(given: readonly string[]): Arguments | null {
  const args = given.filter((arg) => arg !== "--quick");
  const quick = args.length < given.length;
  const minutes = takeNumber(args, "--minutes") ?? (quick ? QUICK_MINUTES : MINUTES);
  const seed = takeNumber(args, "--seed") ?? freshSeed();
  const isKnown = args.every((arg) => TORTURES.some((torture) => picks(arg, torture)));
  if (!isKnown || Number.isNaN(minutes) || !Number.isSafeInteger(seed)) return null;
  const tortures = TORTURES.filter((torture) => {
    return args.length === 0 || args.some((arg) => picks(arg, torture));
  });
  return { quick, minutes, seed, tortures };
}

/** Runs a torture in a process of its own, and tells what that tells. */
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
