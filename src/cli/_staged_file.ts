/**
 * A file that gets its name once it is whole: until then it has another one next to it, which goes if
 * writing fails.
 */
export class StagedFile implements Disposable {
  readonly #path: string;
  readonly #staged: string;
  readonly #file: Deno.FsFile;
  #isDone = false;

  private constructor(path: string, staged: string, file: Deno.FsFile) {
    this.#path = path;
    this.#staged = staged;
    this.#file = file;
  }

  /** Creates the file under its other name. */
  static async create(path: string): Promise<StagedFile> {
    const staged = `${path}.${crypto.randomUUID().slice(0, 8)}.part`;
    return new StagedFile(path, staged, await Deno.open(staged, { write: true, createNew: true }));
  }

  /** Adds bytes. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#file.write(bytes.subarray(at));
  }

  /** Gives the file its name. */
  async finish(): Promise<void> {
    await this.#file.syncData();
    await Deno.rename(this.#staged, this.#path);
    this.#isDone = true;
  }

  /** Closes the file, and removes it if it is not whole. */
  [Symbol.dispose](): void {
    this.#file.close();
    if (this.#isDone) return;
    try {
      Deno.removeSync(this.#staged);
    } catch {
      // it is gone
    }
  }
}
