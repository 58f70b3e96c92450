import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path/from-file-url";
import { PAGE_HTML, PAGE_SCRIPT } from "../../src/review/_page_source.ts";

Deno.test("the served page is the one in src/review/page", async () => {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-config", "--allow-read", "--allow-write", "--allow-run", "--allow-env"],
      ...[`--import-map=${Deno.env.get("FLAGSTONE_IMPORT_MAP") || "deno.json"}`],
      ...["scripts/bundle_review.ts", "--check"],
    ],
    cwd: fromFileUrl(new URL("../../", import.meta.url)),
  }).output();
  assert(success, new TextDecoder().decode(stderr));
});

Deno.test("the page has no inline script or style, and its script parses no HTML", () => {
  assertEquals(PAGE_HTML.match(/<script(?![^>]*src=)|<style|\sstyle=|\son\w+=/g), null);
  const parsing =
    /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc/;
  assertEquals(parsing.exec(PAGE_SCRIPT), null);
});
