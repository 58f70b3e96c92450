import { assertEquals, assertGreater, assertLess } from "@std/assert";
import { bundleSize, ENTRY_POINTS, MAX_GZIPPED_KB } from "./bench/_bundle.ts";

Deno.test("every entry point has a largest size", () => {
  assertEquals(Object.keys(MAX_GZIPPED_KB).sort(), [...ENTRY_POINTS].sort());
});

for (const [entryPoint, kilobytes] of Object.entries(MAX_GZIPPED_KB)) {
  Deno.test(`the entry point "${entryPoint}" loads less than ${kilobytes} kB, minified and gzipped`, async () => {
    const { minified, gzipped } = await bundleSize(entryPoint);
    assertGreater(minified, gzipped);
    assertGreater(gzipped, 1000); // a smaller one is not a bundle of this package
    assertLess(gzipped, kilobytes * 1000);
  });
}

Deno.test("the code for disk, memory, files and reading is not loaded before it is used", async () => {
  const { later } = await bundleSize(".");
  assertGreater(later, 25_000); // of which reading, for `logger.dataset()`, is more than a half
  assertLess(later, 34_000);
});

Deno.test("the endpoint adds less than 13 kB to the core at import, minified and gzipped", async () => {
  const [core, http] = [await bundleSize("."), await bundleSize("./http")];
  assertLess(http.gzipped - core.gzipped, 13_000);
  assertGreater(http.gzipped - core.gzipped, 5000);
});
