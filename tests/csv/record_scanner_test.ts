import { assertEquals } from "@std/assert";
import { RecordScanner } from "../../src/csv/record_scanner.ts";

interface Found {
  readonly records: number;
  readonly end: number;
  readonly rest: string;
}

function scan(...chunks: readonly (string | number[])[]): Found {
  const scanner = new RecordScanner();
  const encoder = new TextEncoder();
  for (const chunk of chunks) {
    scanner.push(typeof chunk === "string" ? encoder.encode(chunk) : new Uint8Array(chunk));
  }
  return { records: scanner.records, end: scanner.end, rest: scanner.rest };
}

Deno.test("RecordScanner counts records by LF, CR and CRLF", () => {
  for (const lineEnd of ["\n", "\r", "\r\n"]) {
    const text = `a,b${lineEnd}1,2${lineEnd}`;
    assertEquals(scan(text), { records: 2, end: text.length, rest: "nothing" });
  }
});

Deno.test("RecordScanner skips blank lines", () => {
  assertEquals(scan("\r\na\r\n\n\rb\n"), { records: 2, end: 9, rest: "nothing" });
});

Deno.test("RecordScanner.rest says what follows the last whole record", () => {
  assertEquals(scan("a\r\nb"), { records: 1, end: 3, rest: "record" });
  assertEquals(scan('a\r\n"b\r\nc'), { records: 1, end: 3, rest: "open quotes" });
  assertEquals(scan('a\r\n"b"'), { records: 1, end: 3, rest: "record" });
  assertEquals(scan(""), { records: 0, end: 0, rest: "nothing" });
});

Deno.test("RecordScanner treats a quote inside an unquoted field as a character", () => {
  assertEquals(scan('a"b\r\nc"d\r\n'), { records: 2, end: 10, rest: "nothing" });
});

Deno.test("RecordScanner treats text after closed quotes as part of the field, like Python", () => {
  assertEquals(scan('"a"b\n"\n'), { records: 1, end: 5, rest: "open quotes" });
});

Deno.test("RecordScanner counts CR and LF in two chunks as one line ending", () => {
  assertEquals(scan("a\r", "\nb\r", "\n"), { records: 2, end: 6, rest: "nothing" });
  assertEquals(scan("a\r", "b\n"), { records: 2, end: 4, rest: "nothing" });
});

Deno.test("RecordScanner recognises doubled quotes across two chunks", () => {
  assertEquals(scan('"a"', '"\n', 'b"\n'), { records: 1, end: 8, rest: "nothing" });
});

Deno.test("RecordScanner skips a byte order mark, even across chunks", () => {
  assertEquals(scan('\ufeff"a\nb"\n'), { records: 1, end: 9, rest: "nothing" });
  assertEquals(scan([0xef], [0xbb], [0xbf], '"a\n"\n').records, 1);
  assertEquals(scan("\ufeff"), { records: 0, end: 3, rest: "nothing" });
});

Deno.test("RecordScanner treats an incomplete byte order mark as text", () => {
  assertEquals(scan([0xef, 0xbb], 'x"\n').records, 1);
  assertEquals(scan([0xef], '"\n').records, 1);
});

Deno.test("RecordScanner skips a byte order mark only at the start of the file", () => {
  const scanner = new RecordScanner(10);
  scanner.push(new TextEncoder().encode('\ufeff"a\n'));
  assertEquals([scanner.records, scanner.end], [1, 16]);
});

Deno.test("RecordScanner continues from an offset", () => {
  const scanner = new RecordScanner(100);
  const found: number[][] = [];
  scanner.push(new TextEncoder().encode("ab\r\n\r\nc\n"), (...range) => found.push(range));
  assertEquals(found, [[100, 102], [106, 107]]);
  assertEquals(scanner.first, [100, 102]);
  assertEquals(scanner.offset, 108);
});
