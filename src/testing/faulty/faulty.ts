import { bodyBytes } from "../../storage/kit/body.ts";
import { checkConditions } from "../../storage/kit/check_conditions.ts";
import type {
  AppendCall,
  DriverCall,
  ListCall,
  ReadCall,
  StoredBody,
  WriteCall,
} from "../../storage/kit/driver_calls.ts";
import { StorageDriver } from "../../storage/kit/storage_driver.ts";
import type { ObjectInfo, StorageAdapter } from "../../storage/storage_adapter.ts";
import { below } from "../random.ts";
import { connectionLost, Faults } from "./_faults.ts";
import type { FaultyOptions, InjectedFaults } from "./options.ts";

/**
 * A {@linkcode StorageAdapter} that fails on purpose.
 *
 * @category Testing
 */
export interface FaultyAdapter extends StorageAdapter {
  /** The number of faults injected so far. */
  readonly injected: InjectedFaults;
  /** Delivers all late requests, and resolves when they have arrived. */
  readonly settle: () => Promise<void>;
}

/** The base validates every call, so that faults affect only valid calls. */
class FaultyStorage extends StorageDriver implements FaultyAdapter {
  readonly probe?: NonNullable<StorageAdapter["probe"]>;
  readonly check?: NonNullable<StorageAdapter["check"]>;
  readonly #adapter: StorageAdapter;
  readonly #faults: Faults;

  constructor(adapter: StorageAdapter, options: FaultyOptions) {
    super({ name: adapter.name, capabilities: adapter.capabilities });
    this.#adapter = adapter;
    this.#faults = new Faults(options);
    const probe = adapter.probe?.bind(adapter);
    if (probe !== undefined) this.probe = probe;
    if (adapter.check !== undefined) this.check = (options = {}) => checkConditions(this, options);
  }

  get injected(): InjectedFaults {
    return { ...this.#faults.counts };
  }

  readonly settle = (): Promise<void> => this.#faults.settle();

  protected override statObject(call: DriverCall): Promise<ObjectInfo | null> {
    return this.#faults.query(
      call.attempt,
      call,
      () => this.#adapter.stat(call.key, signalOf(call)),
    );
  }

  protected override async readObject(call: ReadCall): Promise<StoredBody | null> {
    const { key, attempt, range, ifVersion, signal } = call;
    const send = () => this.#adapter.read(key, { range, ifVersion, signal });
    const result = await this.#faults.query(attempt, call, send);
    return result && this.#faults.spoilBody(result, attempt);
  }

  protected override writeObject(call: WriteCall): Promise<ObjectInfo> {
    const { key, body, attempt, precondition, contentType, metadata, size, signal } = call;
    // A late request ignores the signal, because the call has already been rejected.
    const late = { precondition, contentType, metadata, size };
    return this.#faults.mutate({
      attempt,
      options: call,
      send: () => this.#adapter.write(key, body, { ...late, signal }),
      copy: async () => {
        const bytes = await bodyBytes(call);
        const copy = bytes === body ? bytes.slice() : bytes;
        return () => this.#adapter.write(key, copy, late);
      },
    });
  }

  protected override appendObject(call: AppendCall): Promise<ObjectInfo> {
    const { key, bytes, attempt, at, ifVersion, cut, signal } = call;
    const append = this.#adapter.append!.bind(this.#adapter);
    return this.#faults.mutate({
      attempt,
      options: call,
      send: () => append(key, bytes, { at, ifVersion, cut, signal }),
      copy: () => {
        const copy = bytes.slice();
        return () => append(key, copy, { at, ifVersion, cut });
      },
    });
  }

  protected override deleteObject(call: DriverCall): Promise<void> {
    const { key, attempt } = call;
    return this.#faults.mutate({
      attempt,
      options: call,
      send: () => this.#adapter.delete(key, signalOf(call)),
      copy: () => () => this.#adapter.delete(key),
    });
  }

  protected override async *listObjects(
    call: ListCall,
  ): AsyncGenerator<ObjectInfo, void, undefined> {
    const { attempt, prefix, after, limit, signal } = call;
    const { random, settings } = this.#faults;
    // A listing fails after some entries, as if the request for its second page failed.
    let left = random() < settings.lostRead ? below(random, 10) : Infinity;
    const delayMs = this.#faults.delay();
    await this.#faults.arrive();
    await this.#faults.slowDown(delayMs, [attempt, call]);
    const options = { prefix, after, limit: Number.isFinite(limit) ? limit : undefined, signal };
    for await (const info of this.#adapter.list(options)) {
      if (left-- === 0) break;
      yield info;
    }
    if (left === Infinity) return;
    this.#faults.counts.lostReads++;
    throw connectionLost(attempt);
  }

  protected override async close(): Promise<void> {
    await this.#faults.settle();
    await this.#adapter[Symbol.asyncDispose]?.();
  }
}

function signalOf({ signal }: DriverCall): { readonly signal: AbortSignal | undefined } {
  return { signal };
}

/**
 * Wraps an adapter so that it fails the way networks do: requests and answers are lost, requests
 * arrive late or twice, answers are slow, bodies arrive in small chunks or break off. The same seed
 * and the same calls give the same faults. Without options, it changes nothing.
 *
 * A fault of a mutation rejects with `Unavailable` and the outcome `"unknown"`. A call that the
 * adapter refuses before it sends anything is refused as usual. A late request copies its bytes
 * when it is called and arrives before some later operation; its result is discarded.
 *
 * @param adapter The adapter to wrap; its capabilities are kept
 * @param options The faults and their probabilities
 * @returns The wrapper
 *
 * @category Testing
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
