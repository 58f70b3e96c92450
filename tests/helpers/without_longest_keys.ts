import type { TestRunner } from "../../src/testing/mod.ts";

/**
 * Registers the suite without behaviour 98: below a prefix the longest key is shorter by the prefix,
 * which the wrapper's own tests examine.
 */
export function withoutLongestKeys(...[name, run]: Parameters<TestRunner>): void {
  Deno.test(name, (t) =>
    run({
      step: (step, action) => t.step({ name: step, ignore: step.startsWith("98. "), fn: action }),
    }));
}
