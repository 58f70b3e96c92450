import { Namespace } from "../kit/namespace.ts";
import type { ListOptions, ObjectInfo } from "../storage_adapter.ts";
import { isStorageError, StorageError } from "../storage_error.ts";

/** Translates between the keys of a wrapped adapter and those that the caller of the wrapper uses. */
export class CallerKeys extends Namespace {
  /** Information with the caller's key. */
  outside(info: ObjectInfo): ObjectInfo {
    return { ...info, key: info.key.slice(this.prefix.length) };
  }

  /** The store's options for a listing. */
  listing(options: ListOptions): ListOptions {
    const { prefix = "", after } = options;
    return {
      ...options,
      prefix: this.prefix + prefix,
      after: after === undefined ? undefined : this.prefix + after,
    };
  }

  /** Runs an action, and replaces the key of its errors with the caller's. */
  async errors<T>(key: string, action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw this.#error(error, key);
    }
  }

  /** Runs an action with the store's key, and replaces the key of its errors with the caller's. */
  call<T>(key: string, send: (key: string) => Promise<T>): Promise<T> {
    // Inside the action, so that an error of `inside()` is a rejection.
    return this.errors(key, () => send(this.inside(key)));
  }

  #error(error: unknown, key: string): unknown {
    if (!isStorageError(error) || error.key !== this.prefix + key) return error;
    const message = error.message.replace(JSON.stringify(error.key), () => JSON.stringify(key));
    const { code, adapter, outcome } = error;
    const cause = "cause" in error ? { cause: error.cause } : {};
    return new StorageError(message, { code, adapter, key, outcome, ...cause });
  }
}
