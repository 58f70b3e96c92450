import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { decodeRecord } from "../../src/csv/decode.ts";
import { encodeRow } from "../../src/csv/encode.ts";
import { RecordScanner } from "../../src/csv/record_scanner.ts";
import { awkwardText } from "../helpers/awkward_text.ts";

const rows = fc.array(fc.array(awkwardText, { minLength: 1, maxLength: 5 }), { maxLength: 8 });

Deno.test("encodeRow() quotes a lone CR, because readers would end the row there", () => {
  assertEquals(encodeRow(["a\rb", "c"]), '"a\rb",c\r\n');
  assertEquals(encodeRow(["\r"]), '"\r"\r\n');
});

Deno.test("encodeRow() does not write a row of one empty cell as a blank line", () => {
  assertEquals(encodeRow([""]), '""\r\n');
  assertEquals(encodeRow(["", ""]), ",\r\n");
});

Deno.test("encodeRow() preserves CR, LF and CRLF in quotes", () => {
  assertEquals(encodeRow(["a\r\nb\rc\nd", "\ue000"]), '"a\r\nb\rc\nd",\ue000\r\n');
});

Deno.test("decodeRecord() preserves CRLF inside quotes", () => {
  assertEquals(decodeRecord('"a\r\nb","c\rd","e\nf"'), ["a\r\nb", "c\rd", "e\nf"]);
});

Deno.test("decodeRecord() preserves a byte order mark at the start of a cell", () => {
  assertEquals(decodeRecord('\ufeffa,"b"'), ["\ufeffa", "b"]);
});

Deno.test("decodeRecord() reads damaged quoting leniently", () => {
  assertEquals(decodeRecord('a"b,c'), ['a"b', "c"]);
  assertEquals(decodeRecord('"unclosed,1'), ["unclosed,1"]);
  assertEquals(decodeRecord('"a"b,"c""d"e"f,g'), ["ab", 'c"de"f', "g"]);
});

Deno.test("decodeRecord() is the inverse of encodeRow() for every row", () => {
  fc.assert(fc.property(rows, (rows) => {
    for (const row of rows) {
      assertEquals(decodeRecord(encodeRow(row).slice(0, -2)), row);
    }
  }));
});

function scan(text: string, cuts: readonly number[] = []): string[][] {
  // A byte order mark at the start belongs to the file and not to the first cell.
  const bytes = new TextEncoder().encode(`h\r\n${text}`);
  const scanner = new RecordScanner();
  const found: string[][] = [];
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const ends = [...cuts, bytes.length].map((cut) => Math.min(cut, bytes.length)).sort((a, b) =>
    a - b
  );
  let at = 0;
  for (const end of ends) {
    scanner.push(bytes.subarray(at, end), (start, stop) => {
      found.push(decodeRecord(decoder.decode(bytes.subarray(start, stop))));
    });
    at = end;
  }
  assertEquals(scanner.records, found.length);
  assertEquals(scanner.rest, "nothing");
  assertEquals(scanner.end, bytes.length);
  return found.slice(1);
}

Deno.test("RecordScanner finds the rows of encodeRow() in chunks of any size", () => {
  const cuts = fc.array(fc.nat(200), { maxLength: 10 });
  fc.assert(fc.property(rows, cuts, (rows, cuts) => {
    const wellFormed = rows.map((row) => row.map((cell) => cell.toWellFormed()));
    assertEquals(scan(wellFormed.map(encodeRow).join(""), cuts), wellFormed);
  }));
});

Deno.test("Python's csv reads the rows of encodeRow()", async (t) => {
  if (!await hasPython()) {
    await t.step("python3 is not on this machine: nothing to compare with", () => {});
    return;
  }
  const sample = fc.sample(rows, 300).flat()
    .map((row) => row.map((cell) => cell.toWellFormed().replaceAll("\0", "")));
  assertEquals(await readWithPython(sample.map(encodeRow).join("")), sample);
});

Deno.test("decodeRecord() reads damaged records like Python's csv", async (t) => {
  if (!await hasPython()) {
    await t.step("python3 is not on this machine: nothing to compare with", () => {});
    return;
  }
  const damaged = fc.string({
    unit: fc.constantFrom("a", '"', '""', ",", '",', ',"', " "),
    maxLength: 15,
  });
  // Unclosed quotes would include the next line.
  const closed = fc.sample(damaged, 2000).filter((text) => {
    const scanner = new RecordScanner();
    scanner.push(new TextEncoder().encode(`${text}\n`));
    return scanner.records === 1 && scanner.rest === "nothing";
  });
  assertEquals(await readWithPython(closed.join("\n")), closed.map(decodeRecord));
});

async function hasPython(): Promise<boolean> {
  try {
    return (await new Deno.Command("python3", { args: ["--version"] }).output()).success;
  } catch {
    return false;
  }
}

const READER = `
import csv, io, json, sys
text = sys.stdin.buffer.read().decode("utf-8")
csv.field_size_limit(10**9)
print(json.dumps(list(csv.reader(io.StringIO(text, newline="")))))
`;

async function readWithPython(text: string): Promise<string[][]> {
  const child = new Deno.Command("python3", {
    args: ["-c", READER],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  const written = writer.write(new TextEncoder().encode(text)).then(() => writer.close());
  const { stdout } = await child.output();
  await written;
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("encodeRow() preserves every private-use character next to a lone CR", () => {
  const all = String.fromCharCode(...Array.from({ length: 6400 }, (_, i) => 0xe000 + i));
  assertEquals(decodeRecord(encodeRow([all, "a\rb", ""]).slice(0, -2)), [all, "a\rb", ""]);
});
