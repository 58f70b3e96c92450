import type { StorageAdapter } from "../storage/storage_adapter.ts";
import { splitExtension } from "./log/part_keys.ts";

const NUMBERED = /^dataset(\d{1,15})\.csv$/;
// Of a dataset on a store without append, the first part may have been removed.
const WITH_PARTS =
  /^dataset(\d{1,15})(?:\.[1-9]\d{0,4}|\.w[0-9a-f]{12}(?:[0-9a-f]{8})?(?:\.\d{1,15})?)?\.csv$/;
const MOST_OTHERS = 50; // consecutive keys of other files after which a listing skips the rest
const LAST_NUMBER = 999_999_999_999_998; // so that the next one still has 15 digits

/** The order in which files are tried for a sample. */
export interface FileNames {
  /** The file to try first if the columns never changed. */
  readonly likely: string;
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
  const start = `${directory}dataset`;
  const own = storage.capabilities.append === "none" ? WITH_PARTS : NUMBERED;
  let latest = "1";

  /** Notes a number. Returns the key to list on after, if many keys of another directory follow. */
  async function scan(after: string): Promise<string | undefined> {
    let others = 0;
    for await (const { key } of storage.list({ prefix: start, after })) {
      if (key > `${start}:`) return; // ":" follows "9"
      const digits = own.exec(key.slice(directory.length))?.[1];
      if (digits !== undefined) {
        if (Number(digits) <= LAST_NUMBER && Number(digits) > Number(latest)) latest = digits;
        others = 0;
      } else if (++others > MOST_OTHERS) return await pass(key);
    }
  }

  /** Passes the keys with the same digits as this one. */
  async function pass(key: string): Promise<string> {
    const [digits] = /^\d*/.exec(key.slice(start.length))!;
    const file = `${start}${digits}.csv`;
    if (key < file && Number(digits) > Number(latest) && await storage.stat(file)) latest = digits;
    return `${start}${digits}0`; // "0" follows "." and "/"
  }

  return {
    likely: `${start}1.csv`,
    async first() {
      latest = "1";
      let after: string | undefined = `${start}0`; // labels such as "dataset" sort before the digits
      while (after !== undefined) after = await scan(after);
      return `${start}${latest}.csv`;
    },
    next: (key) => `${start}${Number(NUMBERED.exec(key.slice(directory.length))![1]) + 1}.csv`,
  };
}

/** A fixed name, then its numbered siblings: `log.csv`, `log2.csv`, `log3.csv`, … */
export function fixedNames(key: string): FileNames {
  const [stem, extension] = splitExtension(key);
  let number = 1;
  return {
    likely: key,
    first() {
      number = 1;
      return Promise.resolve(key);
    },
    next: () => `${stem}${++number}${extension}`,
  };
}

/** Returns the keys of the datasets in a directory, `dataset1.csv` and so on, in their order. */
export async function datasetKeys(storage: StorageAdapter, directory: string): Promise<string[]> {
  const numbers = new Set<number>();
  for await (const { key } of storage.list({ prefix: `${directory}dataset` })) {
    const digits = WITH_PARTS.exec(key.slice(directory.length))?.[1];
    if (digits !== undefined) numbers.add(Number(digits));
  }
  return [...numbers].sort((a, b) => a - b).map((number) => `${directory}dataset${number}.csv`);
}
