/**
 * What went wrong, stable across adapters and releases.
 *
 * @category Errors
 */
export type StorageErrorCode =
  | "InvalidKey"
  | "InvalidArgument"
  | "Unsupported"
  | "Misconfigured"
  | "Conflict"
  | "RangeNotSatisfiable"
  | "PermissionDenied"
  | "NoSpace"
  | "TooLarge"
  | "RateLimited"
  | "Unavailable"
  | "TimedOut"
  | "Aborted"
  | "Corrupt"
  | "Unknown";

/**
 * Whether a mutation that failed surely did not happen, or nobody can say: only an operation that
 * is `"not-applied"` can be made again without a thought.
 *
 * @category Errors
 */
export type Outcome = "not-applied" | "unknown";

/**
 * Options of {@linkcode StorageError}.
 *
 * @category Errors
 */
export interface StorageErrorOptions {
  /** What went wrong. */
  readonly code: StorageErrorCode;
  /** The name of the adapter that it went wrong in. */
  readonly adapter: string;
  /** The key, where one was given. */
  readonly key?: string | undefined;
  /** For a mutation: whether it surely did not happen. */
  readonly outcome?: Outcome | undefined;
  /** What the system below said. */
  readonly cause?: unknown;
}

/**
 * The one error that storage rejects with. Branch on its {@linkcode StorageError.code}: the class
 * may exist twice where two versions of the package are loaded.
 *
 * @category Errors
 *
 * @example A key that leads out of the root
 * ```ts
 * import { MemoryAdapter, StorageError } from "@flagstone/flagging";
 * import { assert, assertRejects } from "@std/assert";
 *
 * const storage = new MemoryAdapter();
 * const error = await assertRejects(() => storage.read("../passwd"));
 * assert(error instanceof StorageError && error.code === "InvalidKey");
 * ```
 */
export class StorageError extends Error {
  /** The class's name, also where it is minified. */
  override readonly name: string = "StorageError";
  /** What went wrong. */
  readonly code: StorageErrorCode;
  /** The name of the adapter that it went wrong in. */
  readonly adapter: string;
  /** The key, where one was given. */
  readonly key: string | undefined;
  /** For a mutation: whether it surely did not happen. */
  readonly outcome: Outcome | undefined;

  /** Makes an error; adapters' authors use it. */
  constructor(message: string, options: StorageErrorOptions) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.code = options.code;
    this.adapter = options.adapter;
    this.key = options.key;
    this.outcome = options.outcome;
  }
}

/**
 * Whether an error is a {@linkcode StorageError}, of whichever copy of the class.
 *
 * @category Errors
 */
export function isStorageError(error: unknown): error is StorageError {
  return error instanceof Error && error.name === "StorageError";
}

/**
 * Whether an error is a {@linkcode StorageError} of this code, from whichever copy of the class.
 *
 * @category Errors
 */
export function hasCode<Code extends StorageErrorCode>(
  error: unknown,
  code: Code,
): error is StorageError & { readonly code: Code } {
  return isStorageError(error) && error.code === code;
}

const TRANSIENT: ReadonlySet<StorageErrorCode> = new Set([
  "RateLimited",
  "Unavailable",
  "TimedOut",
  "Corrupt",
]);

/**
 * Whether the same operation may succeed a moment later.
 *
 * @category Errors
 */
export function isTransient(error: unknown): error is StorageError {
  return isStorageError(error) && TRANSIENT.has(error.code);
}
