import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { escapeCell, unescapeCell } from "../../src/csv/escape.ts";
import { awkwardText } from "../helpers/awkward_text.ts";

Deno.test("escapeCell() marks what a spreadsheet might take for a formula", () => {
  for (const start of ["=", "+", "-", "@", "\t", "\n", "\r"]) {
    assertEquals(escapeCell(`${start}x`), `'${start}x`);
    assertEquals(escapeCell(`x,${start}`), `'x,${start}`);
  }
});

Deno.test("escapeCell() leaves text, numbers and JSON as they are", () => {
  const safe = ["", "a", "a=b", "a, =b", "-5", "-1.5e3", "0", "[-1,-2]", '{"a":"x,=y"}', "'", "'a"];
  for (const text of safe) assertEquals(escapeCell(text), text);
});

Deno.test("escapeCell() marks what only looks like a number or like JSON", () => {
  for (
    const text of ["\t{}", "-01", "-.5", "-1,000", "- 5", "-Infinity", "-1+1", "[1,-2", "{x},=y"]
  ) {
    assertEquals(escapeCell(text), `'${text}`);
  }
});

Deno.test("escapeCell() takes JSON of any depth for JSON", () => {
  const deep = "[1,-1,".repeat(200_000) + "0" + "]".repeat(200_000);
  assertEquals(escapeCell(deep), deep);
});

Deno.test("unescapeCell() gives back every text", () => {
  fc.assert(fc.property(awkwardText, (text) => {
    assertEquals(unescapeCell(escapeCell(text)), text);
  }));
});

Deno.test("escapeCell() never leaves an unsafe start, but for numbers and JSON", () => {
  fc.assert(fc.property(awkwardText, (text) => {
    const cell = escapeCell(text);
    if (/^[=+@\t\n\r]/.test(cell)) throw new Error(JSON.stringify(cell));
    if (cell.startsWith("-") && Number.isNaN(Number(cell))) throw new Error(JSON.stringify(cell));
  }));
});
