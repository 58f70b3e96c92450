import type { CellContext, FileSource } from "../components/component.ts";
import { isTransient } from "../storage/storage_error.ts";
import { Backoff, type RetryOptions } from "../storage/kit/backoff.ts";
import { pathSegment } from "../components/safe_name.ts";
import { hex } from "../storage/kit/hex.ts";
import { isUnknown } from "../storage/outcome.ts";
import type { StorageAdapter } from "../storage/storage_adapter.ts";
import { isValidKey } from "../storage/validate_key.ts";

/** The place for the files of samples. */
export interface FilePlace {
  readonly storage: StorageAdapter;
  /** The key prefix of the dataset's directory: empty, or with its slash. */
  readonly directory: string;
  readonly simplifyFileData: boolean;
  readonly retry: RetryOptions | undefined;
}

/** The files that one sample stores, until its row is written. */
export class SampleFiles {
  readonly #place: FilePlace;
  readonly #keys: string[] = [];

  constructor(place: FilePlace) {
    this.#place = place;
  }

  /** Returns the context of a component. */
  context(column: string, segment: string): CellContext {
    return {
      column,
      simplifyFileData: this.#place.simplifyFileData,
      saveFile: (source, name) => this.#save(segment, source, name),
      openKey: (path) => this.#open(path),
    };
  }

  /** Removes the stored files, because no row will name them. */
  async discard(): Promise<void> {
    const { storage } = this.#place;
    await Promise.allSettled(this.#keys.map((key) => storage.delete(key)));
  }

  async #save(segment: string, source: FileSource, name: string): Promise<string> {
    const { directory } = this.#place;
    const random = hex(crypto.getRandomValues(new Uint8Array(10)));
    const path = `${segment}/${random}/${pathSegment(name.replace(/^.*[/\\]/s, ""))}`;
    this.#keys.push(directory + path);
    await this.#write(directory + path, source);
    return path;
  }

  /** Retries are safe because no other file has this key; a stream can be read only once. */
  async #write(key: string, source: FileSource): Promise<void> {
    const { storage, retry } = this.#place;
    const blob = source instanceof Blob ? source : null;
    const options = {
      size: blob?.size,
      contentType: storage.capabilities.metadata && blob?.type || undefined,
    };
    const mayPass = (error: unknown): boolean =>
      !(source instanceof ReadableStream) && (isTransient(error) || isUnknown(error));
    await new Backoff(retry).repeat(mayPass, async () => {
      await storage.write(key, source instanceof Blob ? source.stream() : source, options);
    });
  }

  async #open(path: string): Promise<ReadableStream<Uint8Array> | null> {
    if (!isValidKey(path)) return null;
    const { storage, retry } = this.#place;
    const found = await new Backoff(retry).repeat(isTransient, () => storage.read(path));
    return found?.body ?? null;
  }
}
