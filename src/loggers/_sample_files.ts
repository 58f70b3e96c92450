import type { CellContext, FileSource } from "../components/component.ts";
import { pathSegment } from "../components/safe_name.ts";
import type { StorageAdapter } from "../storage/storage_adapter.ts";
import { isValidKey } from "../storage/validate_key.ts";

/** Where the files of samples go. */
export interface FilePlace {
  readonly storage: StorageAdapter;
  /** The key prefix of the dataset's directory: empty, or with its slash. */
  readonly directory: string;
  readonly simplifyFileData: boolean;
}

/** The files that one sample stores, until its row is written. */
export class SampleFiles {
  readonly #place: FilePlace;
  readonly #keys: string[] = [];

  constructor(place: FilePlace) {
    this.#place = place;
  }

  /** What a component needs to make its cell. */
  context(column: string, segment: string): CellContext {
    return {
      column,
      simplifyFileData: this.#place.simplifyFileData,
      saveFile: (source, name) => this.#save(segment, source, name),
      openKey: (path) => this.#open(path),
    };
  }

  /** Removes what was stored: the sample's row will not be there to name it. */
  async discard(): Promise<void> {
    const { storage } = this.#place;
    await Promise.allSettled(this.#keys.map((key) => storage.delete(key)));
  }

  async #save(segment: string, source: FileSource, name: string): Promise<string> {
    const { storage, directory } = this.#place;
    const random = crypto.getRandomValues(new Uint8Array(10));
    const hex = Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
    const path = `${segment}/${hex}/${pathSegment(name.replace(/^.*[/\\]/s, ""))}`;
    this.#keys.push(directory + path);
    const isBlob = source instanceof Blob;
    await storage.write(directory + path, isBlob ? source.stream() : source, {
      size: isBlob ? source.size : undefined,
      contentType: isBlob && source.type !== "" && storage.capabilities.metadata
        ? source.type
        : undefined,
    });
    return path;
  }

  async #open(path: string): Promise<ReadableStream<Uint8Array> | null> {
    if (!isValidKey(path)) return null;
    return (await this.#place.storage.read(path))?.body ?? null;
  }
}
