import { readDataset } from "../../src/reader/mod.ts";
import { CSVLogger, type CSVLoggerOptions } from "../../src/loggers/csv_logger.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";

/** Creates a logger of samples with ids and one component, in the root of a storage. */
export async function loggerWithIds(
  storage: StorageAdapter,
  options: CSVLoggerOptions = {},
): Promise<CSVLogger> {
  const logger = new CSVLogger({ storage, verbose: false, sampleId: true, ...options });
  await logger.setup(["a"], "");
  return logger;
}

/** Flags a sample with an id. */
export function flagId(logger: CSVLogger, id: string, text: string = id): Promise<number> {
  return logger.flag([text], null, null, { id });
}

/** The ids of the samples in a dataset, in their order. */
export async function idsIn(storage: StorageAdapter): Promise<string[]> {
  const rows = await Array.fromAsync(readDataset(storage, "dataset1.csv"));
  return rows.map(({ id }) => id!);
}
