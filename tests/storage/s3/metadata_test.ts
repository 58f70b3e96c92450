import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { headersOf, metadataOf } from "../../../src/storage/s3/_metadata.ts";
import { StorageError } from "../../../src/storage/storage_error.ts";
import { awkwardText } from "../../helpers/awkward_text.ts";
import { object, stubS3, written } from "../../helpers/s3_stub.ts";

const ATTEMPT = { adapter: "s3", operation: "write", key: "a" };
const BODY = new TextEncoder().encode("body");

function roundTrip(value: string): { header: string | null; value: string | undefined } {
  const headers = new Headers(headersOf({ metadata: { name: value } }, ATTEMPT));
  return { header: headers.get("x-amz-meta-name"), value: metadataOf(headers).name };
}

Deno.test("S3Adapter's metadata of printable ASCII goes as it is", () => {
  for (const value of ["x", "a b  c", "=?", "a=b;c", '"quoted"', "%41+"]) {
    if (value === "=?") continue;
    assertEquals(roundTrip(value), { header: value, value });
  }
});

Deno.test("S3Adapter's metadata survives whatever it is", () => {
  for (
    const value of ["", " ", " a", "a ", "=?UTF-8?B?eA==?=", "=?x", "\u00e9", "a\r\nb: c", "\0"]
  ) {
    const { header, value: back } = roundTrip(value);
    assertEquals(header?.match(/^[!-~]+$/)?.length, 1, value);
    assertEquals(back, value);
  }
  const wellFormed = awkwardText.filter((text) => text.isWellFormed());
  fc.assert(fc.property(wellFormed, (value) => assertEquals(roundTrip(value).value, value)));
});

Deno.test("S3Adapter decodes metadata as S3 itself encodes it", () => {
  const cases = {
    "=?UTF-8?Q?=C3=A9_x?=": "\u00e9 x",
    "=?utf-8?b?w6k=?=": "\u00e9",
    "=?UTF-8?B?w6k=?= =?UTF-8?B?w6k=?=": "\u00e9\u00e9",
    "=?UTF-8?B?!!!?=": "=?UTF-8?B?!!!?=",
    "=?UTF-8?B?/w==?=": "=?UTF-8?B?/w==?=",
    "=?ISO-8859-1?Q?=E9?=": "=?ISO-8859-1?Q?=E9?=",
    "a =?UTF-8?B?w6k=?=": "a =?UTF-8?B?w6k=?=",
  };
  for (const [header, value] of Object.entries(cases)) {
    assertEquals(metadataOf(new Headers({ "x-amz-meta-a": header })), { a: value });
  }
});

Deno.test("S3Adapter refuses metadata that headers cannot carry, before anything is sent", async () => {
  const { adapter, seen } = stubS3(() => written());
  const wrong = [
    { metadata: { Upper: "x" } },
    { metadata: { "with space": "x" } },
    { metadata: { "": "x" } },
    { metadata: { "\u00e9": "x" } },
    { metadata: { "a:b": "x" } },
    { metadata: { a: "\ud800" } },
    { metadata: { a: 1 as unknown as string } },
    { contentType: "" },
    { contentType: "text/plain\r\nx-evil: 1" },
    { contentType: "text/\u00e9" },
  ];
  for (const options of wrong) {
    const error = await assertRejects(() => adapter.write("a", BODY, options), StorageError);
    assertEquals([error.code, error.outcome], ["InvalidArgument", "not-applied"]);
  }
  assertEquals(seen.length, 0);
});

Deno.test("S3Adapter takes any name that a header may have", async () => {
  const metadata = { "a-b_c.1!": "x", __proto__x: "y", constructor: "z" };
  const kept: Record<string, string> = {};
  const { adapter } = stubS3(({ method, headers }) => {
    for (const [name, value] of headers) if (name.startsWith("x-amz-meta-")) kept[name] = value;
    return method === "PUT" ? written() : object(null, kept);
  });
  const info = await adapter.write("a", BODY, { metadata, contentType: "text/csv" });
  assertEquals([info.metadata, info.contentType], [metadata, "text/csv"] as unknown[]);
  assertEquals((await adapter.stat("a"))?.metadata, metadata);
});
