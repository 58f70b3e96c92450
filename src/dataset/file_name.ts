import type { StorageAdapter } from "../storage/storage_adapter.ts";

const NUMBERED = /^dataset(\d{1,15})\.csv$/;

/** Splits a key where the number of a sibling or a part goes: before its extension. */
function splitExtension(key: string): [stem: string, extension: string] {
  const dot = key.lastIndexOf(".");
  return dot > key.lastIndexOf("/") + 1 ? [key.slice(0, dot), key.slice(dot)] : [key, ""];
}

/** The key of a part of a dataset: `dataset1.csv`, `dataset1.2.csv`, … */
export function partKey(key: string, part: number): string {
  const [stem, extension] = splitExtension(key);
  return part === 1 ? key : `${stem}.${part}${extension}`;
}

/** The highest part of a dataset that there is; 1 where there is none. */
export async function latestPart(storage: StorageAdapter, key: string): Promise<number> {
  const [stem, extension] = splitExtension(key);
  let latest = 1;
  for await (const found of storage.list({ prefix: `${stem}.` })) {
    if (!found.key.endsWith(extension)) continue;
    const middle = found.key.slice(stem.length + 1, found.key.length - extension.length);
    if (/^[1-9]\d{0,14}$/.test(middle)) latest = Math.max(latest, Number(middle));
  }
  return latest;
}

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
      if (number > latest.number) latest = { number, name };
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
