import type { StorageAdapter } from "../storage/storage_adapter.ts";
import type { Dataset, DatasetOptions } from "./dataset.ts";

/**
 * Opens all data files of a directory of the local disk as one table.
 *
 * @category Reading
 */
export function openDataset(directory: string | URL, options?: DatasetOptions): Promise<Dataset>;
/**
 * Opens all data files of a directory as one table.
 *
 * @category Reading
 */
export function openDataset(
  storage: StorageAdapter,
  directory: string,
  options?: DatasetOptions,
): Promise<Dataset>;
export function openDataset(): Promise<Dataset> {
  return Promise.reject(new Error("not yet"));
}
