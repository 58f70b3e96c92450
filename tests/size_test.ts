import { assertGreater, assertLess } from "@std/assert";
import { bundleSize } from "./bench/_bundle.ts";

Deno.test('the entry point "." bundles to less than 20 kB, minified and gzipped', async () => {
  const { minified, gzipped } = await bundleSize("mod.ts");
  assertGreater(minified, gzipped);
  assertGreater(gzipped, 1000); // less is no bundle of this package
  assertLess(gzipped, 20_000);
});
