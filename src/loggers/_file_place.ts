import type { RetryOptions } from "../storage/kit/backoff.ts";
import type { StorageAdapter } from "../storage/storage_adapter.ts";

/** The place for the files of samples. */
export interface FilePlace {
  readonly storage: StorageAdapter;
  /** The key prefix of the dataset's directory: empty, or with its slash. */
  readonly directory: string;
  /** The name of the dataset's file; `undefined` for `dataset<N>.csv`. */
  readonly fileName: string | undefined;
  readonly simplifyFileData: boolean;
  /** Whether all names of files and their directories are ASCII. */
  readonly asciiNames: boolean | undefined;
  readonly retry: RetryOptions | undefined;
}
