import { assertEquals } from "@std/assert";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import { readDataset } from "../../src/reader/mod.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import { parseStrictly } from "../helpers/strict_csv.ts";
import { keysOf, textOf } from "../helpers/dataset_check.ts";

/** The keys of the data files. */
async function datasetsIn(storage: MemoryAdapter): Promise<string[]> {
  const keys = await keysOf(storage);
  return [...new Set(keys.map((key) => key.replace(/\..*$/, ".csv")))];
}

const LABELS: readonly (readonly string[])[] = [
  ["a", "a"],
  ["a", "b", "a", "a"],
  ["a", "a (2)", "a"],
  ["flag"],
  ["username"],
  ["flag", "username"],
  ["username", "flag"],
  ["flag", "flag", "username", "username"],
  ["id", "a"],
  ["a", "id"],
  ["timestamp"],
  ["timestamp", "id", "timestamp"],
];

const EXTRAS: readonly (readonly [flag: string | null, username: string | null])[] = [
  [null, null],
  ["good", null],
  [null, "ada"],
  ["bad", "bob"],
  [null, null],
];

for (const append of ["process", "none"] as const) {
  for (const labels of LABELS) {
    Deno.test(`every value stands in its own column if columns share a name: ${labels}, append ${append}`, async () => {
      const storage = new MemoryAdapter({ capabilities: { append } });
      await using logger = new CSVLogger({ storage, verbose: false, sampleId: true });
      await logger.setup(labels, "");
      const flagged = EXTRAS.map(([flag, username], n) => ({
        data: labels.map((_, i) => `value ${n}.${i}`),
        flag,
        username,
        id: `id ${n}`,
      }));
      // Twice, in two orders: the files of the first samples take the later ones.
      for (const samples of [flagged, flagged.toReversed()]) {
        for (const { data, flag, username, id } of samples) {
          await logger.flag(data, flag, username, { id });
        }
      }
      const stored: string[][] = [];
      for (const key of await keysOf(storage)) {
        const [header, ...rows] = parseStrictly(await textOf(storage, key));
        assertEquals(header!.slice(0, labels.length), labels);
        const extras = header!.slice(labels.length);
        for (const row of rows) {
          const more = row.slice(labels.length);
          const extra = (name: string) => more[extras.lastIndexOf(name)] ?? "";
          stored.push([
            ...row.slice(0, labels.length),
            extra("flag"),
            extra("username"),
            more.at(-2)!,
          ]);
        }
      }
      const expected = flagged.map(({ data, flag, username, id }) => [
        ...data,
        flag ?? "",
        username ?? "",
        id,
      ]);
      const distinct = new Set(stored.map((row) => JSON.stringify(row)));
      assertEquals([...distinct].sort(), expected.map((row) => JSON.stringify(row)).sort());
      // The reader has a column for each.
      let read = 0;
      for (const key of await datasetsIn(storage)) {
        for await (const row of readDataset(storage, key)) {
          read++;
          const values = Object.values(row).slice(0, labels.length);
          assertEquals(expected.some((one) => values.every((text, i) => text === one[i])), true);
        }
      }
      assertEquals(read, stored.length);
    });
  }
}
