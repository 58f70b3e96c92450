import type { StorageAdapter } from "../storage/storage_adapter.ts";
import { splitExtension } from "./log/part_keys.ts";

const NUMBERED = /^dataset(\d{1,15})\.csv$/;
const LAST_NUMBER = 999_999_999_999_998; // so that the next one still has 15 digits

/** Which file comes next for a sample that the files before did not take. */
export interface FileNames {
  /** The file to look at first. */
  first(): Promise<string>;
  /** The file behind one that does not take the sample. */
  next(key: string): string;
}

/** `dataset<N>.csv`: the highest number in the directory, then one more. */
export class NumberedNames implements FileNames {
  readonly #storage: StorageAdapter;
  readonly #directory: string;

  /** A directory is a key prefix: empty, or with its slash. */
  constructor(storage: StorageAdapter, directory: string) {
    this.#storage = storage;
    this.#directory = directory;
  }

  async first(): Promise<string> {
    let latest = { number: 0, name: "dataset1.csv" };
    for await (const { key } of this.#storage.list({ prefix: `${this.#directory}dataset` })) {
      const name = key.slice(this.#directory.length);
      const number = Number(NUMBERED.exec(name)?.[1] ?? -1);
      if (number > latest.number && number <= LAST_NUMBER) latest = { number, name };
    }
    return this.#directory + latest.name;
  }

  next(key: string): string {
    const name = key.slice(this.#directory.length);
    return `${this.#directory}dataset${Number(NUMBERED.exec(name)?.[1]) + 1}.csv`;
  }
}

/** A fixed name, then its siblings: `log.csv`, `log2.csv`, `log3.csv`, … */
export class FixedNames implements FileNames {
  readonly #key: string;
  #number = 1;

  constructor(key: string) {
    this.#key = key;
  }

  first(): Promise<string> {
    this.#number = 1;
    return Promise.resolve(this.#key);
  }

  next(): string {
    const [stem, extension] = splitExtension(this.#key);
    return `${stem}${++this.#number}${extension}`;
  }
}
