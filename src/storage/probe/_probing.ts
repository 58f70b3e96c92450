import { fail } from "../kit/fail.ts";
import type { ObjectInfo, Precondition, StorageAdapter, WriteOptions } from "../storage_adapter.ts";
import {
  hasCode,
  isStorageError,
  type StorageError,
  type StorageErrorCode,
} from "../storage_error.ts";

const RACERS = 8;
const KEPT: WriteOptions = { contentType: "text/plain", metadata: { purpose: "probe" } };

/** Codes that the loser of a race may get from an overloaded store. */
const TOLERATED: ReadonlySet<StorageErrorCode> = new Set([
  "Conflict",
  "RateLimited",
  "Unavailable",
  "TimedOut",
  "Corrupt",
  "Unknown",
]);

/** Waits for all, so that nothing is in flight when the first failure is thrown. */
async function together(...actions: readonly Promise<unknown>[]): Promise<void> {
  for (const result of await Promise.allSettled(actions)) {
    if (result.status === "rejected") throw result.reason;
  }
}

/** One run of a probe: its checks, and the objects to remove. */
export class Probing {
  readonly #adapter: StorageAdapter;
  readonly #signal: AbortSignal | undefined;
  readonly #directory: string;
  readonly #written: Set<string> = new Set();
  #operations = 0;

  /** Chooses a directory that no other writer uses. */
  constructor(adapter: StorageAdapter, prefix: string, signal: AbortSignal | undefined) {
    const name = `flagstone-probe-${crypto.randomUUID()}/`;
    this.#adapter = adapter;
    this.#signal = signal;
    this.#directory = (prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`) + name;
  }

  /** The number of operations so far. */
  get operations(): number {
    return this.#operations;
  }

  /** Checks a creation, and how it reads and lists. */
  async checkCreation(): Promise<void> {
    const { create, metadata } = this.#adapter.capabilities;
    const precondition = create === "none" ? undefined : "absent";
    const kept = metadata ? KEPT : {};
    const info = await this.#write("one", "first", { precondition, ...kept });
    if (precondition !== undefined) {
      await this.#refused(
        () => this.#write("one", "again", { precondition }),
        'two of two writes of one key under the precondition "absent" (If-None-Match: *) were accepted',
      );
    }
    await together(
      this.#checkBody(info, "first"),
      this.#checkRange(info),
      this.#checkListing(info),
      this.#checkMetadata(),
    );
  }

  /** Checks a race of creations. */
  async checkCreationRace(): Promise<void> {
    await this.#race("raced", "absent", "one key that was absent (If-None-Match: *)");
  }

  /** Checks a swap, swaps that must be refused, and a race of swaps. */
  async checkSwap(): Promise<void> {
    const old = await this.#write("swapped", "old");
    const info = await this.#swap("swapped", old, "new");
    const precondition = { version: old.version };
    await together(
      this.#refused(
        () => this.#write("swapped", "stale", { precondition }),
        "a write under a version that was replaced (If-Match) was accepted",
      ),
      this.#refused(
        () => this.#write("missing", "stale", { precondition }),
        "a write under the version of another object (If-Match) to a missing key was accepted",
      ),
    );
    await this.#checkBody(info, "new");
    const { version } = info;
    const { winner, text } = await this.#race("swapped", { version }, "one version (If-Match)");
    await this.#checkBody(winner, text);
  }

  /** Checks appends, and appends that must be refused. */
  async checkAppend(): Promise<void> {
    const [first, second] = [await this.#append("some", 0), await this.#append("more", 4)];
    if (first.size !== 4 || second.size !== 8) {
      throw this.#unfit(
        `two appends of 4 bytes created an object of ${second.size} bytes`,
        first.key,
      );
    }
    for (const at of [4, 9]) {
      await this.#refused(
        () => this.#append("lost", at),
        `an append at the offset ${at} to an object of 8 bytes was accepted`,
      );
    }
    await this.#checkBody(second, "somemore");
  }

  /** Removes all objects that may have been written, even if the caller gave up. */
  async cleanUp(): Promise<void> {
    const remove = (key: string) => this.#count(this.#adapter.delete(key));
    await together(...[...this.#written].map(remove));
  }

  #count<T>(promise: Promise<T>): Promise<T> {
    this.#operations++;
    return promise;
  }

  /** The error of a store that does not do what its adapter declares. */
  #unfit(seen: string, key?: string): StorageError {
    const attempt = { adapter: this.#adapter.name, operation: "use the storage", key };
    return fail(attempt, { code: "Misconfigured", why: seen });
  }

  #write(name: string, text: string, options: WriteOptions = {}): Promise<ObjectInfo> {
    const key = this.#directory + name;
    this.#written.add(key);
    const body = new TextEncoder().encode(text);
    return this.#count(this.#adapter.write(key, body, { ...options, signal: this.#signal }));
  }

  #append(text: string, at: number): Promise<ObjectInfo> {
    const key = `${this.#directory}appended`;
    const body = new TextEncoder().encode(text);
    this.#written.add(key);
    const appended = this.#adapter.append?.(key, body, { at, signal: this.#signal });
    if (appended === undefined) throw this.#unfit("append is declared and missing", key);
    return this.#count(appended);
  }

  async #swap(name: string, { key, version }: ObjectInfo, text: string): Promise<ObjectInfo> {
    try {
      return await this.#write(name, text, { precondition: { version } });
    } catch (error) {
      if (!hasCode(error, "Conflict")) throw error;
      throw this.#unfit("a write under the current version (If-Match) was refused", key);
    }
  }

  async #refused(action: () => Promise<ObjectInfo>, seen: string): Promise<void> {
    let key: string;
    try {
      ({ key } = await action());
    } catch (error) {
      if (hasCode(error, "Conflict")) return;
      throw error;
    }
    throw this.#unfit(seen, key);
  }

  /** Lets several writes race, of which exactly one may win. */
  async #race(
    name: string,
    precondition: Precondition,
    goal: string,
  ): Promise<{ winner: ObjectInfo; text: string }> {
    const texts = Array.from({ length: RACERS }, (_, i) => `racer ${i}`);
    const results = await Promise.allSettled(
      texts.map((text) => this.#write(name, text, { precondition })),
    );
    const won = results.flatMap((result, i) =>
      result.status === "fulfilled" ? [{ winner: result.value, text: texts[i] ?? "" }] : []
    );
    const errors = results.flatMap((result) => result.status === "rejected" ? [result.reason] : []);
    const [first] = won;
    if (won.length > 1) {
      const seen = `${won.length} of ${RACERS} writes at once for ${goal} were accepted`;
      throw this.#unfit(seen, first?.winner.key);
    }
    const isTolerated = (error: unknown) => isStorageError(error) && TOLERATED.has(error.code);
    const isOther = (error: unknown) => !hasCode(error, "Conflict");
    const error = errors.find((error) =>
      first === undefined ? isOther(error) : !isTolerated(error)
    );
    if (error !== undefined) throw error;
    if (first === undefined) {
      throw this.#unfit(`none of ${RACERS} writes at once for ${goal} was accepted`);
    }
    return first;
  }

  async #read(info: ObjectInfo, range?: { start: number; end: number }): Promise<string> {
    const { key, version } = info;
    const result = await this.#count(this.#adapter.read(key, { range, signal: this.#signal }));
    if (result === null) throw this.#unfit("an object that was written reads as missing", key);
    const text = await new Response(result.body).text();
    if (result.info.version === version) return text;
    throw this.#unfit("the version of a read is not that of the last write", key);
  }

  async #checkBody(info: ObjectInfo, expected: string): Promise<void> {
    if (await this.#read(info) === expected) return;
    throw this.#unfit("it does not read as it was written", info.key);
  }

  async #checkRange(info: ObjectInfo): Promise<void> {
    if (await this.#read(info, { start: 1, end: 3 }) === "ir") return;
    throw this.#unfit("a range of it does not read as it was written", info.key);
  }

  async #checkListing({ key, size, version }: ObjectInfo): Promise<void> {
    this.#operations++;
    const options = { prefix: this.#directory, limit: 2, signal: this.#signal };
    const found = await Array.fromAsync(this.#adapter.list(options));
    const [first] = found;
    const isIt = first?.key === key && first.size === size && first.version === version;
    if (isIt && found.length === 1) return;
    throw this.#unfit("a listing shows other objects than were written", key);
  }

  async #checkMetadata(): Promise<void> {
    if (!this.#adapter.capabilities.metadata) return;
    const key = `${this.#directory}one`;
    const info = await this.#count(this.#adapter.stat(key, { signal: this.#signal }));
    const { contentType, metadata } = KEPT;
    if (info?.contentType === contentType && info?.metadata?.purpose === metadata?.purpose) return;
    throw this.#unfit("its content type or its metadata was not kept", key);
  }
}
