import type { StorageAdapter } from "../storage/storage_adapter.ts";
import { splitExtension } from "./log/part_keys.ts";

const NUMBERED = /^dataset(\d{1,15})\.csv$/;
const LAST_NUMBER = 999_999_999_999_998; // so that the next one still has 15 digits

/** The order in which files are tried for a sample. */
export interface FileNames {
  /** Finds the file to try first. */
  first(): Promise<string>;
  /** Returns the file to try after one that does not fit the sample. */
  next(key: string): string;
}

/**
 * `dataset<N>.csv`: first the highest number in the directory, then the numbers after it.
 *
 * @param directory A key prefix: empty, or with its trailing slash
 */
export function numberedNames(storage: StorageAdapter, directory: string): FileNames {
  const numberOf = (key: string): number => {
    return Number(NUMBERED.exec(key.slice(directory.length))?.[1] ?? -1);
  };
  return {
    async first() {
      let latest = 0;
      let found = `${directory}dataset1.csv`;
      for await (const { key } of storage.list({ prefix: `${directory}dataset` })) {
        const number = numberOf(key);
        if (number > latest && number <= LAST_NUMBER) [latest, found] = [number, key];
      }
      return found;
    },
    next: (key) => `${directory}dataset${numberOf(key) + 1}.csv`,
  };
}

/** A fixed name, then its numbered siblings: `log.csv`, `log2.csv`, `log3.csv`, … */
export function fixedNames(key: string): FileNames {
  const [stem, extension] = splitExtension(key);
  let number = 1;
  return {
    first() {
      number = 1;
      return Promise.resolve(key);
    },
    next: () => `${stem}${++number}${extension}`,
  };
}
