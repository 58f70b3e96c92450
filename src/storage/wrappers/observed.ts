import { defined } from "../kit/defined.ts";
import { type Chunk, watchBody } from "../kit/watch_body.ts";
import { type Call, type SendList, surround } from "./_wrapper.ts";
import type { ListOptions, ObjectInfo, ReadResult, StorageAdapter } from "../storage_adapter.ts";

/**
 * One operation that is over.
 *
 * @category Wrappers
 */
export interface StorageEvent {
  /** The name of the method. */
  readonly operation: "stat" | "read" | "write" | "append" | "rewrite" | "delete" | "list";
  /** The key; of a listing its prefix. */
  readonly key: string;
  /** The number of bytes of bodies that went in or out; 0 for a rewrite. */
  readonly bytes: number;
  /** From the call to the end of the operation, in milliseconds. */
  readonly ms: number;
  /** The error of a failed operation. */
  readonly error?: unknown;
}

/**
 * Called after each operation.
 *
 * @category Wrappers
 */
export type StorageHook = (event: StorageEvent) => void;

/** One operation under way. */
class Observation {
  readonly #hook: StorageHook;
  readonly #operation: StorageEvent["operation"];
  readonly #key: string;
  readonly #begin: number = performance.now();
  #bytes = 0;

  constructor(hook: StorageHook, operation: StorageEvent["operation"], key: string | undefined) {
    this.#hook = hook;
    this.#operation = operation;
    this.#key = key ?? "";
  }

  count(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Counts the chunks of a body. */
  readonly next = async (read: () => Promise<Chunk>): Promise<Chunk> => {
    const chunk = await read();
    if (!chunk.done) this.count(chunk.value.length);
    return chunk;
  };

  end(error?: unknown): void {
    const event: StorageEvent = {
      operation: this.#operation,
      key: this.#key,
      bytes: this.#bytes,
      ms: performance.now() - this.#begin,
      ...defined({ error }),
    };
    // A hook may be an async function: its error is ignored either way.
    new Promise((resolve) => resolve(this.#hook(event))).catch(() => {});
  }
}

async function callObserved<T>(call: Call<T>, hook: StorageHook): Promise<T> {
  const observation = new Observation(hook, call.operation, call.attempt.key);
  const { body } = call;
  const streamed = body instanceof ReadableStream && !body.locked;
  if (body instanceof Uint8Array) observation.count(body.length);
  const change = streamed ? { body: watchBody(body, { next: observation.next }) } : {};
  try {
    const result = await call.send(change);
    observation.end();
    return result;
  } catch (error) {
    observation.end(error);
    throw error;
  }
}

async function readObserved(
  call: Call<ReadResult | null>,
  hook: StorageHook,
): Promise<ReadResult | null> {
  const observation = new Observation(hook, call.operation, call.attempt.key);
  const { next } = observation;
  const onEnd = (error?: unknown) => observation.end(error);
  try {
    const result = await call.send();
    if (result === null) return observation.end(), null;
    return { ...result, body: watchBody(result.body, { next, onEnd, signal: call.signal }) };
  } catch (error) {
    observation.end(error);
    throw error;
  }
}

async function* listObserved(
  options: ListOptions,
  { send, hook }: { readonly send: SendList; readonly hook: StorageHook },
): AsyncGenerator<ObjectInfo, void, undefined> {
  const observation = new Observation(hook, "list", options.prefix);
  let failure: unknown;
  try {
    yield* send(options);
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    observation.end(failure);
  }
}

/**
 * Wraps an adapter so that a hook is called after each operation: for logs, metrics and traces. A read
 * is over when its body ends or is cancelled, or its signal is aborted; a listing when it ends or its
 * reader stops. An error of the hook is ignored.
 *
 * @param adapter The adapter to wrap; its name and capabilities are kept
 * @param hook Called once for each operation
 * @returns The wrapper
 *
 * @example Usage
 * ```ts
 * import { MemoryAdapter } from "@flagstone/flagging";
 * import { observed, type StorageEvent } from "@flagstone/flagging/wrappers";
 * import { assertEquals } from "@std/assert";
 *
 * const events: StorageEvent[] = [];
 * const storage = observed(new MemoryAdapter(), (event) => events.push(event));
 * await storage.write("a", new Uint8Array(3));
 * assertEquals(events.map(({ operation, key, bytes }) => [operation, key, bytes]), [
 *   ["write", "a", 3],
 * ]);
 * ```
 *
 * @category Wrappers
 */
export function observed(adapter: StorageAdapter, hook: StorageHook): StorageAdapter {
  return surround(adapter, {
    call: (call) => callObserved(call, hook),
    read: (call) => readObserved(call, hook),
    list: (options, send) => listObserved(options, { send, hook }),
  });
}
