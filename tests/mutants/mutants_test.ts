import { assert } from "@std/assert";
import { pooledMap } from "@std/async/pool";
import { mutants } from "./all.ts";
import { type Mutant, mutated } from "./mutant.ts";
import { patternOf, type Report, Sandbox } from "./_sandbox.ts";

/** The number of copies of the package in which tests run at one time. */
const COPIES = Math.max(1, Math.min(8, navigator.hardwareConcurrency));

/** A race of processes or loggers may go well once although a lock or a condition is missing. */
const MOST_TRIES = 3;

/** Part of a name: repeats the mutants of these files only. */
const only = Deno.env.get("FLAGSTONE_MUTANTS") ?? "";
const chosen = mutants.filter(({ file, hurt }) => `${file} ${hurt}`.includes(only));

/** Returns the end of what a run printed. */
function endOf({ output }: Report): string {
  return output.trimEnd().split("\n").slice(-30).join("\n");
}

/** The tests of all mutants pass as long as nothing is broken. */
async function seePassing(): Promise<void> {
  await using sandbox = await Sandbox.create();
  const report = await sandbox.run(chosen.map(({ test }) => test));
  assert(report.failed.length === 0, `The tests fail without a mutant:\n${endOf(report)}`);
  for (const { test: [file, name] } of chosen) {
    const isRun = report.passed.some((passed) => patternOf(name).test(passed));
    assert(isRun, `No test of ${file} is named "${name}":\n${endOf(report)}`);
  }
}

/** A mutant's test fails. */
async function seeFailing(sandbox: Sandbox, mutant: Mutant): Promise<void> {
  const { file, test } = mutant;
  const last = await sandbox.withFile(
    `src/${file}`,
    (code) => mutated(code, mutant),
    async () => {
      for (let tries = 1;; tries++) {
        const report = await sandbox.run([test]);
        const isCaught = report.failed.some((name) => patternOf(test[1]).test(name));
        if (isCaught || tries === MOST_TRIES) return isCaught ? null : report;
      }
    },
  );
  assert(last === null, `"${test[1]}" of ${test[0]} does not fail:\n${last && endOf(last)}`);
}

Deno.test("the tests that catch mutants pass without them", seePassing);

Deno.test("each mutant is caught by its test", async (t) => {
  const idle = await Promise.all(Array.from({ length: COPIES }, () => Sandbox.create()));
  const sandboxes = [...idle];
  const runs = pooledMap(COPIES, chosen, (mutant) => {
    return t.step({
      name: `src/${mutant.file}: ${mutant.hurt}`,
      sanitizeOps: false, // other steps run at the same time
      sanitizeResources: false,
      sanitizeExit: false,
      async fn() {
        const sandbox = idle.pop()!;
        try {
          await seeFailing(sandbox, mutant);
        } finally {
          idle.push(sandbox);
        }
      },
    });
  });
  try {
    await Array.fromAsync(runs);
  } finally {
    await Promise.all(sandboxes.map((sandbox) => sandbox[Symbol.asyncDispose]()));
  }
});
