import { assertEquals, assertLessOrEqual } from "@std/assert";
import { ELEMENT_SOURCE } from "../../src/http/_element_source.ts";
import { runScript } from "../helpers/deno.ts";

const MAX_GZIPPED_BYTES = 5000;
const SCRIPT = new URL("../../scripts/bundle_element.ts", import.meta.url);

Deno.test("the served element is the one of src/element", async () => {
  const { code, stderr } = await runScript(SCRIPT, { args: ["--check"] });
  assertEquals(code, 0, stderr);
});

Deno.test(`the served element is at most ${MAX_GZIPPED_BYTES} bytes gzipped`, async () => {
  const gzipped = new Blob([ELEMENT_SOURCE]).stream().pipeThrough(new CompressionStream("gzip"));
  assertLessOrEqual((await new Response(gzipped).arrayBuffer()).byteLength, MAX_GZIPPED_BYTES);
});

Deno.test("the element can be imported if there is no document", async () => {
  const { FlagstoneFeedback } = await import("@flagstone/flagging/element");
  assertEquals(typeof document, "undefined");
  assertEquals(typeof FlagstoneFeedback, "function");
});

Deno.test("the served element can be imported if there is no document", async () => {
  const module = await import(`data:text/javascript,${encodeURIComponent(ELEMENT_SOURCE)}`);
  assertEquals(typeof module.FlagstoneFeedback, "function");
});
