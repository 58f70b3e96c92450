import { assertEquals, assertThrows } from "@std/assert";
import { LocalFsAdapter, type LocalFsAdapterOptions } from "../../../src/storage/local_fs/mod.ts";

const MISTAKES: readonly (readonly [given: unknown, says: string])[] = [
  ["dir", 'pass { root: "dir" }'],
  [{}, "root must be a path or a file URL, not undefined"],
  [{ root: 5 }, "root must be a path or a file URL, not 5"],
  [{ root: "~/flags" }, '"~" in "~/flags" is not expanded: pass the whole path'],
  [{ root: "~" }, '"~" in "~" is not expanded: pass the whole path'],
  [{ root: "file:///flags" }, '"file:///flags" is a text: pass new URL("file:///flags")'],
];

for (const [given, says] of MISTAKES) {
  Deno.test(`new LocalFsAdapter() refuses ${JSON.stringify(given)}`, () => {
    assertThrows(() => new LocalFsAdapter(given as LocalFsAdapterOptions), TypeError, says);
  });
}

Deno.test("new LocalFsAdapter() accepts a path, a relative path and a file URL", () => {
  const roots = ["/a/b/", "./flags", new URL("file:///a%20b/")];
  const expected = ["/a/b", `${Deno.cwd()}/flags`, "/a b"];
  assertEquals(roots.map((root) => new LocalFsAdapter({ root }).root), expected);
});
