import { RESERVED_PREFIX } from "../validate_key.ts";

/** The start of the names of staged files. */
export const STAGE_PREFIX: string = `${RESERVED_PREFIX}stage-`;

/**
 * The number of staged files of the process that stay open between two chunks; systems allow
 * thousands. The others are opened for each chunk, so that stalled bodies do not block other writes.
 */
const MOST_OPEN = 256;
let open = 0;

/** A body under a reserved name of fixed length, which is not a valid key. It is moved to its place later. */
export class Stage {
  /** The key of its object. */
  readonly key: string;
  /** The path of the file. */
  readonly path: string;
  #file: Deno.FsFile | null;

  /** Creates the file in a directory. */
  constructor(dir: string, key: string) {
    const random = crypto.randomUUID().slice(0, 18).replaceAll("-", "");
    this.key = key;
    this.path = `${dir}/${STAGE_PREFIX}${random}`;
    this.#file = Deno.openSync(this.path, { write: true, createNew: true });
    open++;
    if (open > MOST_OPEN) this.close();
  }

  /** Adds bytes. */
  write(bytes: Uint8Array): void {
    this.#opened((file) => writeAll(file, bytes));
  }

  /** Syncs the bytes to the disk. */
  async sync(): Promise<void> {
    if (this.#file === null) this.#opened((file) => file.syncDataSync());
    else await this.#file.syncData();
  }

  /** Closes the file. Call it before the file is moved. */
  close(): void {
    if (this.#file === null) return;
    this.#file.close();
    this.#file = null;
    open--;
  }

  /** Removes the file if it was not published, or was published by a second name. */
  remove(): void {
    this.close();
    try {
      Deno.removeSync(this.path);
    } catch {
      // It was published by a rename, or a listing removes it later.
    }
  }

  #opened(action: (file: Deno.FsFile) => void): void {
    if (this.#file !== null) return action(this.#file);
    const file = Deno.openSync(this.path, { append: true });
    try {
      action(file);
    } finally {
      file.close();
    }
  }
}

/** Writes all bytes; a single call may write fewer. */
export function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) {
    written += file.writeSync(bytes.subarray(written));
  }
}
