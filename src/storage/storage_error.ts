/**
 * The code of a {@linkcode StorageError}, stable across adapters and releases.
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
 * Whether a failed mutation may have happened: `"not-applied"` means that it did not, so that
 * it is safe to repeat; `"unknown"` means that the adapter cannot know.
 *
 * @category Errors
 */
export type Outcome = "not-applied" | "unknown";

/**
 * Options of the constructor of {@linkcode StorageError}.
 *
 * @category Errors
 */
export interface StorageErrorOptions {
  /** The code of the error. */
  readonly code: StorageErrorCode;
  /** The name of the adapter that failed. */
  readonly adapter: string;
  /** The key, if the operation has one. */
  readonly key?: string | undefined;
  /** For a mutation: whether it may have happened. */
  readonly outcome?: Outcome | undefined;
  /** The error of the underlying system. */
  readonly cause?: unknown;
}

/**
 * The error that every storage operation rejects with. Branch on its {@linkcode StorageError.code},
 * not on its class, which exists twice if two versions of the package are loaded.
 *
 * @category Errors
 *
 * @example A key that escapes the root
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
  /** The name of the class, even in minified code. */
  override readonly name: string = "StorageError";
  /** The code of the error. */
  readonly code: StorageErrorCode;
  /** The name of the adapter that failed. */
  readonly adapter: string;
  /** The key, if the operation has one. */
  readonly key: string | undefined;
  /** For a mutation: whether it may have happened. */
  readonly outcome: Outcome | undefined;

  /** Creates an error. Only adapters need to. */
  constructor(message: string, options: StorageErrorOptions) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.code = options.code;
    this.adapter = options.adapter;
    this.key = options.key;
    this.outcome = options.outcome;
  }
}

/**
 * Returns whether an error is a {@linkcode StorageError}, from any copy of the class.
 *
 * @category Errors
 */
export function isStorageError(error: unknown): error is StorageError {
  return error instanceof Error && error.name === "StorageError";
}

/**
 * Returns whether an error is a {@linkcode StorageError} with this code, from any copy of the
 * class.
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
 * Returns whether the same operation may succeed a moment later.
 *
 * @category Errors
 */
export function isTransient(error: unknown): error is StorageError {
  return isStorageError(error) && TRANSIENT.has(error.code);
}
