import { defined } from "../kit/defined.ts";
import type { Attempt } from "../kit/fail.ts";
import type {
  AppendOptions,
  ListOptions,
  ObjectInfo,
  OperationOptions,
  Precondition,
  ReadOptions,
  ReadResult,
  StorageAdapter,
  WriteBody,
  WriteOptions,
} from "../storage_adapter.ts";
import type { Outcome } from "../storage_error.ts";

/** The methods of an adapter that take a key, by their names. */
export type KeyedOperation = "stat" | "read" | "write" | "append" | "rewrite" | "delete";

/** Options that a wrapper passes on instead of the caller's. */
export interface Change extends ReadOptions {
  readonly body?: WriteBody;
}

/** One call of a method that takes a key. */
export interface Call<T> {
  readonly operation: KeyedOperation;
  readonly attempt: Attempt;
  readonly signal: AbortSignal | undefined;
  /** The bytes of a write or an append. */
  readonly body?: WriteBody;
  /** The condition of a write. */
  readonly precondition?: Precondition | undefined;
  /** Calls the wrapped adapter. */
  readonly send: (change?: Change) => Promise<T>;
}

/** Lists by the wrapped adapter. */
export type SendList = (options: ListOptions) => AsyncIterable<ObjectInfo>;

/** The code of a wrapper around the calls of an adapter. */
export interface Surroundings {
  /** Surrounds a call without a body in its result. */
  readonly call: <T>(call: Call<T>) => Promise<T>;
  /** Surrounds a call whose result has a body, which ends later. */
  readonly read: (call: Call<ReadResult | null>) => Promise<ReadResult | null>;
  /** Surrounds a listing. */
  readonly list: (options: ListOptions, send: SendList) => AsyncIterable<ObjectInfo>;
}

type Append = NonNullable<StorageAdapter["append"]>;
type Rewrite = NonNullable<StorageAdapter["rewrite"]>;

/** The outcome of a call that ended before anything was sent; reads have none. */
export function notApplied({ operation }: Pick<Call<unknown>, "operation">): Outcome | undefined {
  return operation === "stat" || operation === "read" ? undefined : "not-applied";
}

/** The name of a listing in messages. */
export function listAttempt(adapter: StorageAdapter): Attempt {
  return { adapter: adapter.name, operation: "list" };
}

/**
 * Returns an adapter with a wrapper's methods, and the wrapped one's name and capabilities. It has
 * `append`, `rewrite`, `check`, `probe` and disposal only if the wrapped one does.
 */
export function wrap(
  adapter: StorageAdapter,
  methods:
    & Pick<StorageAdapter, "stat" | "read" | "write" | "delete" | "list" | "check">
    & {
      readonly appendBy: (append: Append) => Append;
      readonly rewriteBy: (rewrite: Rewrite) => Rewrite;
    },
): StorageAdapter {
  const { appendBy, rewriteBy, ...rest } = methods;
  const append = adapter.append?.bind(adapter);
  const rewrite = adapter.rewrite?.bind(adapter);
  const dispose = adapter[Symbol.asyncDispose]?.bind(adapter);
  const probe = adapter.probe?.bind(adapter);
  const check = adapter.check?.bind(adapter);
  return {
    name: adapter.name,
    capabilities: adapter.capabilities,
    ...defined({
      append: append && appendBy(append),
      rewrite: rewrite && rewriteBy(rewrite),
      probe,
      check,
    }),
    ...rest,
    // A symbol, which `defined()` would drop.
    ...(dispose === undefined ? {} : { [Symbol.asyncDispose]: dispose }),
  };
}

/** Returns an adapter that runs the same code around each call of another one. */
export function surround(adapter: StorageAdapter, around: Surroundings): StorageAdapter {
  const attemptOf = (operation: string, key: string): Attempt => {
    return { adapter: adapter.name, operation, key };
  };
  return wrap(adapter, {
    stat: (key: string, options?: OperationOptions) =>
      around.call({
        operation: "stat",
        attempt: attemptOf("stat", key),
        signal: options?.signal,
        send: (change) => adapter.stat(key, { ...options, ...change }),
      }),
    read: (key: string, options?: ReadOptions) =>
      around.read({
        operation: "read",
        attempt: attemptOf("read", key),
        signal: options?.signal,
        send: (change) => adapter.read(key, { ...options, ...change }),
      }),
    write: (key: string, given: WriteBody, options?: WriteOptions) =>
      around.call({
        operation: "write",
        attempt: attemptOf("write", key),
        signal: options?.signal,
        body: given,
        precondition: options?.precondition,
        send: ({ body = given, ...change } = {}) =>
          adapter.write(key, body, { ...options, ...change }),
      }),
    appendBy: (append) => (key: string, bytes: Uint8Array, options: AppendOptions) =>
      around.call({
        operation: "append",
        attempt: attemptOf("append to", key),
        signal: options?.signal,
        body: bytes,
        send: (change) => append(key, bytes, { ...options, ...change }),
      }),
    rewriteBy: (rewrite) => (key: string, makeFilter, options?: OperationOptions) =>
      around.call({
        operation: "rewrite",
        attempt: attemptOf("rewrite", key),
        signal: options?.signal,
        send: (change) => rewrite(key, makeFilter, { ...options, ...change }),
      }),
    delete: (key: string, options?: OperationOptions) =>
      around.call({
        operation: "delete",
        attempt: attemptOf("delete", key),
        signal: options?.signal,
        send: (change) => adapter.delete(key, { ...options, ...change }),
      }),
    list: (options: ListOptions = {}) => around.list(options, (options) => adapter.list(options)),
  });
}
