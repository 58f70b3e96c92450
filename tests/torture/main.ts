// Tortures the loggers: main.ts [--quick] [--minutes N] [--seed N] [name...]
//
// Prints a line for each torture, and ends with 1 where a promise was broken.
// deno-lint-ignore-file no-console -- it reports on a terminal
import { TORTURES } from "./_all.ts";
import { type Effort, isClean, lineOf, type Torture } from "./_verdict.ts";
import { freshSeed } from "../../src/storage/conformance/_random.ts";

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

function parseArguments(given: readonly string[]): Arguments | null {
  const args = given.filter((arg) => arg !== "--quick");
  const quick = args.length < given.length;
  const minutes = takeNumber(args, "--minutes") ?? (quick ? QUICK_MINUTES : MINUTES);
  const seed = takeNumber(args, "--seed") ?? freshSeed();
  const isKnown = args.every((arg) => TORTURES.some(({ name }) => name === arg));
  if (!isKnown || Number.isNaN(minutes) || !Number.isSafeInteger(seed)) return null;
  const tortures = TORTURES.filter(({ name }) => args.length === 0 || args.includes(name));
  return { quick, minutes, seed, tortures };
}

async function main(args: readonly string[]): Promise<number> {
  const parsed = parseArguments(args);
  if (parsed === null) {
    console.error(USAGE);
    return 2;
  }
  console.log(`seed ${parsed.seed}${parsed.quick ? ", quick" : ""}`);
  let isAllClean = true;
  for (const torture of parsed.tortures) {
    for await (const verdict of torture.run(parsed)) {
      console.log(lineOf(verdict));
      isAllClean &&= isClean(verdict);
    }
  }
  return isAllClean ? 0 : 1;
}

Deno.exit(await main(Deno.args));
