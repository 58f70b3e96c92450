import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { MemoryAdapter } from "@flagstone/flagging";
import { openDataset } from "@flagstone/flagging/dataset";

/** Pieces of records, damaged ones as well. */
const PART = fc.constantFrom('"', '""', ",", "a", "'", "=", "é", "\n", "x y", "timestamp", "c,d");
const COLUMNS = ["a", "c,d", "é", "timestamp"];
const HEADER = 'a,"c,d",é,timestamp\r\n';

async function valuesOf(
  text: string,
  select: readonly string[] | undefined,
): Promise<Record<string, string | null>[]> {
  const storage = new MemoryAdapter();
  await storage.write("dataset1.csv", new TextEncoder().encode(text));
  const dataset = await openDataset(storage, "");
  const rows = await Array.fromAsync(dataset.rows({ select, onDamage: () => {} }));
  return rows.map(({ values, rowId }) => ({ ...values, rowId }));
}

Deno.test("rows() of one column has the values that rows() of all has, whatever the bytes are", async () => {
  const records = fc.array(fc.array(PART, { maxLength: 12 }).map((parts) => parts.join("")));
  await fc.assert(
    fc.asyncProperty(records, fc.constantFrom(...COLUMNS), async (lines, column) => {
      const text = HEADER + lines.map((line) => `${line}\r\n`).join("");
      const all = await valuesOf(text, undefined);
      const one = await valuesOf(text, [column]);
      assertEquals(one, all.map((row) => ({ [column]: row[column]!, rowId: row.rowId! })));
    }),
    { numRuns: 500 },
  );
});

Deno.test("rows() of one column reads each cell of whole rows, quoted or not", async () => {
  const cell = fc.constantFrom(
    "",
    "a",
    '"a,b"',
    '"x ""y"""',
    '"l\r\nm"',
    "'=1",
    "'a",
    "é",
    '"é"',
    'q"',
  );
  const rows = fc.array(fc.tuple(cell, cell, cell, cell), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(rows, fc.constantFrom(...COLUMNS), async (cells, column) => {
      const text = HEADER + cells.map((row) => `${row.join(",")}\r\n`).join("");
      const all = await valuesOf(text, undefined);
      const one = await valuesOf(text, [column]);
      assertEquals(one, all.map((row) => ({ [column]: row[column]!, rowId: row.rowId! })));
    }),
    { numRuns: 500 },
  );
});

Deno.test("index() counts the texts of any column as rows() has them, also in irregular rows", async () => {
  const time = "2026-01-01 00:00:00.000000";
  const cell = fc.constantFrom("", "a", "b", "é", '"a,b"', "'=1");
  const row = fc.array(cell, { minLength: 1, maxLength: 6 }).map((cells) =>
    [...cells, time].join(",")
  );
  const columns = ["a", "b", "flag", "username", "timestamp"];
  await fc.assert(
    fc.asyncProperty(fc.array(row), fc.constantFrom(...columns), async (rows, column) => {
      const storage = new MemoryAdapter();
      const text = [columns.join(","), ...rows].map((line) => `${line}\r\n`).join("");
      await storage.write("dataset1.csv", new TextEncoder().encode(text));
      const dataset = await openDataset(storage, "");
      const counts = new Map<string | null, number>();
      for await (const { values } of dataset.rows({ onDamage: () => {} })) {
        const value = values[column]!;
        counts.set(value, (counts.get(value) ?? 0) + 1);
      }
      const index = await dataset.index({ facets: [column] });
      const found = (await index.facet(column)).map(({ value, count }) => [value, count] as const);
      assertEquals(new Map(found), counts);
    }),
    { numRuns: 500 },
  );
});
