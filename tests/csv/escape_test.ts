import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { escapeCell, unescapeCell } from "../../src/csv/escape.ts";
import { awkwardText } from "../helpers/awkward_text.ts";

/** So many that each kind of start comes up. */
const RUNS = 5000;

Deno.test("escapeCell() escapes text that a spreadsheet might evaluate as a formula", () => {
  for (const start of ["=", "+", "-", "@", "\t", "\n", "\r"]) {
    assertEquals(escapeCell(`${start}x`), `'${start}x`);
    assertEquals(escapeCell(`x,${start}`), `'x,${start}`);
  }
});

Deno.test("escapeCell() does not change text, numbers and JSON", () => {
  const safe = ["", "a", "a=b", "a, =b", "-5", "-1.5e3", "0", "[-1,-2]", '{"a":"x,=y"}', "'", "'a"];
  for (const text of safe) assertEquals(escapeCell(text), text);
});

Deno.test("escapeCell() escapes text that only resembles a number or JSON", () => {
  for (
    const text of ["\t{}", "-01", "-.5", "-1,000", "- 5", "-Infinity", "-1+1", "[1,-2", "{x},=y"]
  ) {
    assertEquals(escapeCell(text), `'${text}`);
  }
});

Deno.test("escapeCell() recognises JSON of any depth", () => {
  const deep = "[1,-1,".repeat(200_000) + "0" + "]".repeat(200_000);
  assertEquals(escapeCell(deep), deep);
});

Deno.test("unescapeCell() restores every text", () => {
  for (const text of ["'a", "''", "'=", "a'"]) assertEquals(unescapeCell(escapeCell(text)), text);
  fc.assert(
    fc.property(awkwardText, (text) => {
      assertEquals(unescapeCell(escapeCell(text)), text);
    }),
    { numRuns: RUNS },
  );
});

Deno.test("escapeCell() leaves no unsafe start except in numbers and JSON", () => {
  fc.assert(
    fc.property(awkwardText, (text) => {
      const cell = escapeCell(text);
      if (/^[=+@\t\n\r]/.test(cell)) throw new Error(JSON.stringify(cell));
      if (cell.startsWith("-") && Number.isNaN(Number(cell))) throw new Error(JSON.stringify(cell));
    }),
    { numRuns: RUNS },
  );
});
