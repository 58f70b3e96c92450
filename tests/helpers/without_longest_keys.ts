import type { TestRunner } from "../../src/testing/mod.ts";

/**
 * Registers the suite without behaviour 98, because a prefix shortens the longest key. The
 * wrapper's own tests cover that.
 */
export function withoutLongestKeys(...[name, run]: Parameters<TestRunner>): void {
  Deno.test(name, (t) =>
    run({
      step: (step, action) => t.step({ name: step, ignore: step.startsWith("98. "), fn: action }),
    }));
}
