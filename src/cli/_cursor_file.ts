import type { Cursor } from "../reader/cursor.ts";
import { CommandError } from "./exit.ts";

/** What a cursor file holds. */
interface Saved {
  readonly cursor: Cursor;
  /** The length of the output file up to which its rows are of before the cursor. */
  readonly length?: number | undefined;
}

/**
 * A file that says which rows were printed, and an output file that is cut back to the rows of before: a
 * process that is killed between the output and the cursor leaves rows after that length, which the next
 * one writes again.
 */
export class CursorFile {
  readonly #path: string;
  readonly #output: Deno.FsFile | null;
  #length = 0;
  /** The place to go on from. */
  readonly cursor: Cursor | undefined;

  private constructor(path: string, output: Deno.FsFile | null, saved: Saved | null) {
    this.#path = path;
    this.#output = output;
    this.cursor = saved?.cursor;
    this.#length = saved?.length ?? 0;
  }

  /**
   * Opens a cursor file, which need not exist, and the output file.
   *
   * @throws {CommandError} If the file is none, or the output is shorter than the cursor says
   */
  static async open(path: string, outputPath: string | undefined): Promise<CursorFile> {
    const saved = await savedIn(path);
    if (outputPath === undefined) return new CursorFile(path, null, saved);
    const output = await Deno.open(outputPath, { read: true, write: true, create: true });
    const { size } = await output.stat();
    const length = saved === null ? size : saved.length ?? 0;
    if (size < length) {
      output.close();
      throw new CommandError(
        `${outputPath} has ${size} bytes, and ${path} says ${length}: it is not the output of before`,
      );
    }
    await output.truncate(length);
    await output.seek(0, Deno.SeekMode.End);
    const file = new CursorFile(path, output, saved);
    file.#length = length;
    return file;
  }

  /** Whether the output has nothing yet. */
  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /** Appends to the output file. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#output!.write(bytes.subarray(at));
    this.#length += bytes.length;
  }

  /** Notes that all rows up to a place were printed. */
  async save(cursor: Cursor): Promise<void> {
    const length = this.#output === null ? undefined : this.#length;
    const staged = `${this.#path}.${crypto.randomUUID().slice(0, 8)}.tmp`;
    await Deno.writeTextFile(staged, JSON.stringify({ cursor, length }));
    await Deno.rename(staged, this.#path);
  }

  /** Closes the output file. */
  close(): void {
    this.#output?.close();
  }
}

async function savedIn(path: string): Promise<Saved | null> {
  try {
    const saved = JSON.parse(await Deno.readTextFile(path));
    if (saved?.cursor?.form === 1) return saved;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new CommandError(`${path} is no cursor file: remove it to read from the beginning`);
}
