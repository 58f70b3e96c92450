import { FITS } from "./_typed_value.ts";
import type { ColumnType, Dataset } from "./dataset.ts";
import type { Sample } from "./sample.ts";

/** The types to try, the narrowest first. */
const TRIED: readonly ColumnType[] = ["timestamp", "boolean", "integer", "number", "chat", "json"];
/** The cells of a column that are looked at for files. */
const MOST_LOOKS = 3;

/**
 * Reads a dataset, and returns the narrowest type that all cells of each column fit. A column without a
 * text is text. A column is of files if its first cells name files that exist.
 */
export async function inferTypes(
  dataset: Dataset,
  signal?: AbortSignal,
): Promise<Record<string, ColumnType>> {
  const names = dataset.columns.map(({ name }) => name);
  const left = new Map(
    names.map((name) => [name, { types: TRIED, seen: 0, files: 0, many: false }]),
  );
  for await (const sample of dataset.rows({ onDamage: () => {}, signal })) {
    for (const name of names) {
      const text = sample.values[name];
      const column = left.get(name)!;
      if (text === null || text === undefined || text === "") continue;
      if (column.types.length > 0) column.types = column.types.filter((type) => FITS[type](text));
      if (text === "[]") continue; // also a list of no files
      const isNarrow = column.types.some((type) => type !== "json" && type !== "chat");
      if (!isNarrow && column.seen < MOST_LOOKS && column.files === column.seen) {
        const count = await filesOf(sample, name);
        column.files += count > 0 ? 1 : 0;
        column.many ||= count > 1 || text[0] === "[";
      }
      column.seen++;
    }
  }
  return Object.fromEntries(
    [...left].map(([name, { types, seen, files, many }]) => {
      const isFile = files > 0 && files === Math.min(seen, MOST_LOOKS);
      if (isFile) return [name, many ? "files" : "file"];
      return [name, types === TRIED ? "text" : types[0] ?? "text"];
    }),
  );
}

async function filesOf(sample: Sample, column: string): Promise<number> {
  return (await sample.files(column)).length;
}
