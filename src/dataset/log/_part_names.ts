import { partKey, type Parts } from "./part_keys.ts";

/** A key, and the first of the log's parts that are named after it. */
interface Name {
  readonly key: string;
  readonly first: number;
}

/**
 * The keys of a log's parts, which are numbered through. The parts of a dataset have one name; those of
 * a writer's segments get another one from time to time.
 */
export class PartNames {
  readonly #names: Name[];

  /** The names of the parts of one dataset, or of a writer's first segment. */
  constructor(key: string) {
    this.#names = [{ key, first: 1 }];
  }

  /** The key that the latest parts are named after. */
  get key(): string {
    return this.#names.at(-1)!.key;
  }

  /** Names a part and those after it after another key. */
  begin(key: string, first: number): void {
    this.#names.push({ key, first });
  }

  /** The number of a part among those of its name. */
  numberOf(part: number): number {
    return part - this.#nameOf(part).first + 1;
  }

  /** The key of a part. */
  keyOf(part: number): string {
    return partKey(this.#nameOf(part).key, this.numberOf(part));
  }

  /**
   * Finds the parts of all names. The latest part has the latest name, even if it does not exist.
   *
   * @param findIn Finds the parts that are named after a key
   */
  async find(findIn: (key: string) => Promise<Parts>): Promise<Parts> {
    const all: number[] = [];
    let last: Parts | undefined;
    for (const { key, first } of this.#names) {
      const { numbers, latest, metadata } = await findIn(key);
      // The first part is not listed if it is the only one.
      all.push(...(numbers.length > 0 ? numbers : [1]).map((number) => first - 1 + number));
      last = { numbers: all, latest: first - 1 + latest, metadata };
    }
    return last!;
  }

  #nameOf(part: number): Name {
    return this.#names.findLast(({ first }) => first <= part)!;
  }
}
