import type { StorageAdapter } from "../storage/storage_adapter.ts";

const PIECE =
  /^(dataset|log)(\d{0,15})(?:\.[1-9]\d{0,14})?(?:\.w[0-9a-f]{12}(?:[0-9a-f]{8})?(?:\.[1-9]\d{0,14})?)?\.csv$/;

/** The number in the name of a data file: 2 for `dataset2.csv`, 1 for `log.csv`. */
export function versionOf(file: string): number {
  return Number(/^(?:dataset|log)(\d+)\.csv$/.exec(file)?.[1] ?? 1);
}

/** Whether loggers without a header write to a file of this name. */
export function isLog(file: string): boolean {
  return /^log\d*\.csv$/.test(file);
}

/**
 * Finds the data files of a directory: `log.csv` and its siblings, then `dataset1.csv` and so on. A file
 * counts also if only parts or segments of it are there.
 *
 * @param directory A key prefix: empty, or with its slash
 */
export async function dataFiles(storage: StorageAdapter, directory: string): Promise<string[]> {
  const found = new Map<string, number>();
  for (const kind of ["log", "dataset"]) {
    for await (const { key } of storage.list({ prefix: `${directory}${kind}` })) {
      const [, stem, digits = ""] = PIECE.exec(key.slice(directory.length)) ?? [];
      if (stem === undefined || digits === "" && kind === "dataset") continue;
      found.set(`${stem}${digits}.csv`, Number(digits) + (kind === "log" ? -1e16 : 0));
    }
  }
  return [...found].sort(([, a], [, b]) => a - b).map(([file]) => file);
}
