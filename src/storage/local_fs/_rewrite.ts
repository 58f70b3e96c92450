import type { DriverCall } from "../kit/driver_calls.ts";
import { refusal, refuseAborted } from "../kit/fail.ts";
import type { ByteFilter, ObjectInfo } from "../storage_adapter.ts";
import { type OpenObject, parentOf, type publish } from "./_files.ts";
import type { FsRoot } from "./_root.ts";
import { Stage } from "./_stage.ts";

const BLOCK_BYTES = 256 * 1024;

/** What the adapter does for a rewrite. */
export interface RewriteTools {
  readonly root: FsRoot;
  readonly durable: boolean;
  /** Opens the object; `null` if there is none. */
  readonly open: () => Promise<OpenObject | null>;
  /** Returns what the system reports about the object at a path. */
  readonly look: (path: string) => ObjectInfo | null;
  /** Moves a staged file to its place. */
  readonly publish: (
    stage: Stage,
    path: string,
    how: Parameters<typeof publish>[2] & { readonly directory: Deno.FsFile },
  ) => Promise<ObjectInfo>;
}

/** Bytes that were read together. */
interface Block {
  readonly length: number;
  readonly digest: string;
}

/**
 * Two 32-bit hashes of bytes, one of every other word: the bytes are read again under the lock, which
 * must be short. Nobody chooses them so that they collide.
 */
function digestOf(bytes: Uint8Array): string {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, (bytes.length >> 3) << 1);
  let [a, b] = [0x811c9dc5, bytes.length];
  for (let i = 0; i < words.length; i += 2) {
    a = Math.imul(a ^ words[i]!, 0x01000193);
    b = Math.imul(b ^ words[i + 1]!, 0x9e3779b1);
    // Otherwise the high bits of a word would reach only the high bits of the hash.
    a ^= a >>> 15;
    b ^= b >>> 13;
  }
  for (const byte of bytes.subarray(words.length * 4)) a = Math.imul(a ^ byte, 0x01000193);
  return `${a} ${b}`;
}

/** A file that passes through a filter into a staged file. */
class FilteredCopy {
  readonly #file: Deno.FsFile;
  readonly #stage: Stage;
  readonly #filter: ByteFilter;
  readonly #buffer: Uint8Array<ArrayBuffer> = new Uint8Array(BLOCK_BYTES);
  readonly #blocks: Block[] = [];

  constructor(file: Deno.FsFile, stage: Stage, filter: ByteFilter) {
    this.#file = file;
    this.#stage = stage;
    this.#filter = filter;
  }

  /** Copies to the end that the file has now, while others may append to it. */
  async begin(refuseAborted: () => void): Promise<void> {
    let read: number | null;
    while ((read = await this.#file.read(this.#buffer)) !== null) {
      refuseAborted();
      this.#blocks.push({ length: read, digest: digestOf(this.#buffer.subarray(0, read)) });
      this.#push(read);
    }
  }

  /** Whether the copied bytes are still in the file. Then continues after them. */
  isUnchanged(): boolean {
    this.#file.seekSync(0, Deno.SeekMode.Start);
    return this.#blocks.every(({ length, digest }) => {
      const bytes = this.#buffer.subarray(0, length);
      return this.#fill(bytes) && digestOf(bytes) === digest;
    });
  }

  /** Copies what was appended since, and ends. */
  end(): void {
    let read: number | null;
    while ((read = this.#file.readSync(this.#buffer)) !== null) this.#push(read);
    this.#stage.write(this.#filter.end());
  }

  #push(length: number): void {
    this.#stage.write(this.#filter.push(this.#buffer.subarray(0, length)));
  }

  /** Reads as many bytes; returns false if the file has fewer. */
  #fill(bytes: Uint8Array): boolean {
    let filled = 0;
    while (filled < bytes.length) {
      const read = this.#file.readSync(bytes.subarray(filled));
      if (read === null) return false;
      filled += read;
    }
    return true;
  }
}

/** Whether an open file is the one at a path. */
function isAt(path: string, file: Deno.FsFile): boolean {
  const [now, then] = [Deno.lstatSync(path), file.statSync()];
  return now.ino === then.ino && now.dev === then.dev;
}

/** Gives a staged file the owner of the file that it replaces, who may be another user's program. */
function keepOwner(stage: Stage, path: string): void {
  const { uid, gid } = Deno.lstatSync(path);
  const own = Deno.lstatSync(stage.path);
  if (uid === own.uid && gid === own.gid) return;
  try {
    Deno.chownSync(stage.path, uid, gid);
  } catch {
    // Only root may.
  }
}

/**
 * Replaces a file by what a filter makes of it. What the file has at first passes without the lock, so
 * that writers go on; what they appended meanwhile, mostly a few rows, passes under it.
 */
export async function rewriteFile(
  call: DriverCall,
  makeFilter: () => ByteFilter,
  tools: RewriteTools,
): Promise<ObjectInfo | null> {
  const opened = await tools.open();
  if (opened === null) return null;
  const { file } = opened;
  try {
    return await replaceFiltered(file, call, makeFilter, tools);
  } finally {
    file.close();
  }
}

async function replaceFiltered(
  file: Deno.FsFile,
  call: DriverCall,
  makeFilter: () => ByteFilter,
  { root, durable, look, publish }: RewriteTools,
): Promise<ObjectInfo | null> {
  const { key, attempt } = call;
  const conflict = (why: string) => refusal(attempt, "Conflict", why);
  // Under the lock, which also checks that no link is on the path.
  const stage = await root.inExisting(call, (path) => new Stage(parentOf(path), key));
  if (stage === null) return null;
  try {
    const copy = new FilteredCopy(file, stage, makeFilter());
    await copy.begin(() => refuseAborted(attempt, call));
    if (durable) await stage.sync(); // most of it before the others wait
    const info = await root.inExisting(call, async (path, directory) => {
      const old = look(path);
      if (old === null || !isAt(path, file)) throw conflict("it was replaced or deleted");
      if (!copy.isUnchanged()) throw conflict("it was changed in another way than by appending");
      copy.end();
      if (durable) await stage.sync();
      stage.close();
      keepOwner(stage, path);
      return await publish(stage, path, { old, exclusive: false, attempt, directory });
    });
    if (info === null) throw conflict("it was deleted");
    return info;
  } catch (error) {
    throw root.error(error, attempt);
  } finally {
    stage.remove();
  }
}
