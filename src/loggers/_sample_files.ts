import type { CellContext, FileSource } from "../components/component.ts";
import type { FilePlace } from "./_file_place.ts";

/** The files that one sample stores, until its row is written. */
export class SampleFiles {
  readonly #place: FilePlace;
  readonly #keys: string[] = [];

  constructor(place: FilePlace) {
    this.#place = place;
  }

  /** Returns the context of a component. */
  context(column: string): CellContext {
    return {
      column,
      simplifyFileData: this.#place.simplifyFileData,
      directory: this.#place.directory,
      saveFile: (source, name) => this.#save(column, source, name),
      openKey: async (path) => (await import("./_file_store.ts")).openFile(this.#place, path),
    };
  }

  /** Removes the stored files, because no row will name them. */
  async discard(): Promise<void> {
    const { storage } = this.#place;
    await Promise.allSettled(this.#keys.map((key) => storage.delete(key)));
  }

  async #save(column: string, source: FileSource, name: string): Promise<string> {
    // Copied before anything is waited for, because the caller may use its buffer again.
    const kept = ArrayBuffer.isView(source) ? new Uint8Array(source) : source;
    const { pathFor, writeFile } = await import("./_file_store.ts"); // few samples have files
    const { directory } = this.#place;
    const path = pathFor(this.#place, column, name, kept);
    this.#keys.push(directory + path);
    await writeFile(this.#place, directory + path, kept);
    return path;
  }
}
