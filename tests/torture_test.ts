import { assert } from "@std/assert";
import { freshSeed } from "../src/testing/random.ts";
import { TORTURES } from "./torture/_all.ts";
import { isClean, lineOf } from "./torture/_verdict.ts";

const MINUTES = 0.05;

for (const { name, run } of TORTURES) {
  Deno.test(`Loggers survive the short form of the torture "${name}"`, async () => {
    const seed = freshSeed();
    for await (const verdict of run({ quick: true, seed, minutes: MINUTES })) {
      assert(isClean(verdict), `Seed ${seed}: ${lineOf(verdict)}`);
    }
  });
}
