import { concat } from "@std/bytes/concat";
import { chunksOf, validateBody } from "../../storage/kit/body.ts";
import { type Attempt, refuseAborted } from "../../storage/kit/fail.ts";
import { Faults, unheard } from "./_faults.ts";
import { validateAppend, validateWrite } from "../../storage/kit/options.ts";
import { below } from "../random.ts";
import type {
  AppendOptions,
  Capabilities,
  ListOptions,
  ObjectInfo,
  OperationOptions,
  ReadOptions,
  ReadResult,
  StorageAdapter,
  WriteBody,
  WriteOptions,
} from "../../storage/storage_adapter.ts";
import { validateKey } from "../../storage/validate_key.ts";

/** Options of {@linkcode faulty}. Every probability is from 0 to 1, and 0 where it is not given. */
export interface FaultyOptions {
  /** The seed; the same calls in the same order meet the same faults. @default {1} */
  readonly seed?: number | undefined;
  /** How probably a mutation is lost on its way: nothing is applied. @default {0} */
  readonly lostRequest?: number | undefined;
  /** How probably a mutation is applied, and its answer lost. @default {0} */
  readonly lostAnswer?: number | undefined;
  /** How probably a mutation is applied behind some later operations. @default {0} */
  readonly lateRequest?: number | undefined;
  /** How probably a mutation is applied and answered, and arrives once more later. @default {0} */
  readonly doubledRequest?: number | undefined;
  /** Behind how many later operations at the most, a whole number. @default {8} */
  readonly lateBy?: number | undefined;
  /** How probably `stat`, `read` or `list` rejects. @default {0} */
  readonly lostRead?: number | undefined;
  /** How probably the body of a read fails on its way. @default {0} */
  readonly brokenBody?: number | undefined;
  /** How probably an answer is slow. @default {0} */
  readonly slow?: number | undefined;
  /** How slow at the most, in milliseconds. @default {5} */
  readonly slowMs?: number | undefined;
  /** Gives the bodies of reads in chunks of 1 to this many bytes. @default {as they come} */
  readonly chop?: number | undefined;
}

/** How many faults were injected, by kind. */
export interface InjectedFaults {
  /** Mutations that never arrived. */
  readonly lostRequests: number;
  /** Mutations whose answer was lost. */
  readonly lostAnswers: number;
  /** Mutations that were held back; some may have been refused when they arrived. */
  readonly lateRequests: number;
  /** Mutations that arrived twice; most were refused the second time. */
  readonly doubledRequests: number;
  /** Rejected reads, stats and listings. */
  readonly lostReads: number;
  /** Bodies that failed. */
  readonly brokenBodies: number;
  /** Slow answers. */
  readonly slowAnswers: number;
}

/** A {@linkcode StorageAdapter} that fails on purpose. */
export interface FaultyAdapter extends StorageAdapter {
  /** How many faults were injected until now. */
  readonly injected: InjectedFaults;
  /** Lets every late request arrive, and resolves when none is under way any more. */
  readonly settle: () => Promise<void>;
}

async function copyOf(
  body: WriteBody,
  [options, attempt]: readonly [WriteOptions | undefined, Attempt],
): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body.slice();
  const chunks: Uint8Array[] = [];
  for await (const chunk of chunksOf(body, options, attempt)) {
    chunks.push(chunk.slice());
  }
  return concat(chunks);
}

/** The wrapper; `append` and disposal are added where the adapter has them. */
class FaultyStorage implements FaultyAdapter {
  readonly name: string;
  readonly capabilities: Capabilities;
  readonly append?: NonNullable<StorageAdapter["append"]>;
  readonly settle: () => Promise<void>;
  readonly probe?: NonNullable<StorageAdapter["probe"]>;
  [Symbol.asyncDispose]?: () => Promise<void>;
  readonly #adapter: StorageAdapter;
  readonly #faults: Faults;

  constructor(adapter: StorageAdapter, options: FaultyOptions) {
    this.#adapter = adapter;
    this.#faults = new Faults(options);
    this.name = adapter.name;
    this.capabilities = adapter.capabilities;
    this.settle = () => this.#faults.settle();
    const append = adapter.append?.bind(adapter);
    if (append !== undefined) this.append = this.#appendBy(append);
    const probe = adapter.probe?.bind(adapter);
    if (probe !== undefined) this.probe = probe;
    const dispose = adapter[Symbol.asyncDispose]?.bind(adapter);
    if (dispose === undefined) return;
    this[Symbol.asyncDispose] = async () => {
      await this.#faults.settle();
      await dispose();
    };
  }

  get injected(): InjectedFaults {
    return { ...this.#faults.counts };
  }

  #attempt(operation: string, key?: string): Attempt {
    return { adapter: this.name, operation, key };
  }

  stat(key: string, options?: OperationOptions): Promise<ObjectInfo | null> {
    const attempt = this.#attempt("stat", key);
    const send = () => this.#adapter.stat(key, options);
    return this.#faults.query(attempt, options, send);
  }

  async read(key: string, options?: ReadOptions): Promise<ReadResult | null> {
    const attempt = this.#attempt("read", key);
    const send = () => this.#adapter.read(key, options);
    const result = await this.#faults.query(attempt, options, send);
    return result && this.#faults.spoilBody(result, attempt);
  }

  write(key: string, body: WriteBody, options?: WriteOptions): Promise<ObjectInfo> {
    const attempt = this.#attempt("write", key);
    return this.#faults.mutate({
      attempt,
      options,
      validate: () => {
        validateKey(key, this.name);
        refuseAborted(attempt, options);
        validateWrite(options ?? {}, this.capabilities, attempt);
        validateBody(body, options, attempt);
      },
      send: () => this.#adapter.write(key, body, options),
      copy: async () => {
        const copy = await copyOf(body, [options, attempt]);
        // The caller has gone, and takes its signal along.
        const late = { ...options, signal: undefined };
        return () => this.#adapter.write(key, copy, late);
      },
    });
  }

  #appendBy(
    append: NonNullable<StorageAdapter["append"]>,
  ): NonNullable<StorageAdapter["append"]> {
    return (key: string, bytes: Uint8Array, options: AppendOptions) => {
      const attempt = this.#attempt("append to", key);
      return this.#faults.mutate({
        attempt,
        options,
        validate: () => {
          validateKey(key, this.name);
          refuseAborted(attempt, options);
          validateAppend(bytes, options, attempt);
        },
        send: () => append(key, bytes, options),
        copy: () => {
          const copy = bytes.slice();
          return () => append(key, copy, { at: options.at, ifVersion: options.ifVersion });
        },
      });
    };
  }

  delete(key: string, options?: OperationOptions): Promise<void> {
    const attempt = this.#attempt("delete", key);
    return this.#faults.mutate({
      attempt,
      options,
      validate: () => {
        validateKey(key, this.name);
        refuseAborted(attempt, options);
      },
      send: () => this.#adapter.delete(key, options),
      copy: () => () => this.#adapter.delete(key),
    });
  }

  async *list(
    options?: ListOptions,
  ): AsyncGenerator<ObjectInfo, void, undefined> {
    const attempt = this.#attempt("list");
    const { random, settings } = this.#faults;
    // A listing breaks off behind some entries, as the second page of one may.
    let left = random() < settings.lostRead ? below(random, 10) : Infinity;
    const delayMs = this.#faults.delay();
    await this.#faults.arrive();
    await this.#faults.slowDown(delayMs, [attempt, options]);
    for await (const info of this.#adapter.list(options)) {
      if (left-- === 0) break;
      yield info;
    }
    if (left === Infinity) return;
    this.#faults.counts.lostReads++;
    throw unheard(attempt);
  }
}

/**
 * Wraps an adapter so that it fails as networks do: requests and answers are lost, requests arrive
 * late, answers are slow, bodies come in crumbs or break off. The same seed and the same calls meet
 * the same faults. Without options it changes nothing.
 *
 * A fault of a mutation rejects with `Unavailable` and the outcome `"unknown"`. What the adapter
 * would refuse before it sends anything is refused as ever. A late request copies its bytes when it
 * is called; when it arrives, before some later operation, nobody hears of its result.
 *
 * @param adapter The adapter to wrap; its capabilities are kept
 * @param options The faults and how probable they are
 * @returns The wrapper
 *
 * @example A request that arrives late
 * ```ts
 * import { MemoryAdapter } from "@flagstone/flagging";
 * import { faulty } from "@flagstone/flagging/testing";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * const memory = new MemoryAdapter();
 * const storage = faulty(memory, { lateRequest: 1 });
 * await assertRejects(() => storage.write("a", new Uint8Array(3)));
 * assertEquals(await memory.stat("a"), null);
 * await storage.settle();
 * assertEquals((await memory.stat("a"))?.size, 3);
 * ```
 */
export function faulty(
  adapter: StorageAdapter,
  options: FaultyOptions = {},
): FaultyAdapter {
  return new FaultyStorage(adapter, options);
}
