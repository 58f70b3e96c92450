import { concat } from "@std/bytes/concat";
import type {
  ByteRange,
  ObjectInfo,
  ObjectVersion,
  ReadResult,
  StorageAdapter,
} from "../../storage/storage_adapter.ts";
import { hasCode, StorageError } from "../../storage/storage_error.ts";
import { passingChunks } from "../../storage/passing_chunks.ts";

/**
 * How rows reach the store: added to an object, by rewriting it under compare-and-swap, or each
 * group in an object of its own, which is never written again.
 */
export type WriteMode = "append" | "rewrite" | "write-once";

/** What is read of an object. */
export interface Read {
  /** The offset of the first byte. */
  readonly start: number;
  /** The version that was read. */
  readonly version: ObjectVersion;
  /** The metadata of the object, where the adapter keeps it. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The bytes to the object's end; each chunk may be void once the next is asked for. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** One object that rows are added to, with exactly one winner for each state of it. */
export interface PartWriter {
  readonly writeMode: WriteMode;
  /**
   * Adds bytes to the object if it still has the size `at` and the version read or written last; else
   * rejects with `Conflict`.
   */
  add(bytes: Uint8Array, at: number): Promise<ObjectInfo>;
  /** Reads the object from an offset on (or from its start where it is shorter); `null`: missing. */
  read(from: number): Promise<Read | null>;
  /** Makes what was read to its end the base of what is added; `null`: the object is missing. */
  accept(read: Read | null): void;
  /** The object's first bytes as they are now, as many as there are of so many. */
  head(length: number): Promise<Uint8Array>;
}

/**
 * The rung that an adapter's capabilities allow.
 *
 * @param storage The adapter
 * @param isAlone Whether no other writer writes to the object
 */
export function writeModeFor({ name, capabilities }: StorageAdapter, isAlone: boolean): WriteMode {
  if (capabilities.append !== "none") return "append";
  if (capabilities.create !== "none" && capabilities.swap !== "none") return "rewrite";
  if (isAlone) return "write-once";
  throw new StorageError(
    `Cannot log to the adapter "${name}" as it offers neither append nor compare-and-swap: ` +
      "give the logger `segments: true`, so that each writer has files of its own",
    { code: "Unsupported", adapter: name, outcome: "not-applied" },
  );
}

function toRead(result: ReadResult): Read {
  const { start, info } = result;
  const chunks = passingChunks(result);
  return { start, version: info.version, metadata: info.metadata ?? {}, chunks };
}

/** Adds to an object by the adapter's own append. */
export class AppendWriter implements PartWriter {
  readonly writeMode = "append";
  readonly #storage: StorageAdapter;
  readonly #key: string;
  #version: ObjectVersion | undefined;

  constructor(storage: StorageAdapter, key: string) {
    this.#storage = storage;
    this.#key = key;
  }

  async add(bytes: Uint8Array, at: number): Promise<ObjectInfo> {
    const info = await this.#storage.append!(this.#key, bytes, { at, ifVersion: this.#version });
    this.#version = info.version;
    return info;
  }

  async read(from: number): Promise<Read | null> {
    const range = from === 0 ? undefined : { start: from };
    try {
      const result = await this.#storage.read(this.#key, { range });
      return result && toRead(result);
    } catch (error) {
      if (from > 0 && hasCode(error, "RangeNotSatisfiable")) return await this.read(0);
      throw error;
    }
  }

  accept(read: Read | null): void {
    this.#version = read?.version;
  }

  async head(length: number): Promise<Uint8Array> {
    return await bytesOf(this.#storage, this.#key, { start: 0, end: length });
  }
}

async function bytesOf(
  storage: StorageAdapter,
  key: string,
  range: ByteRange,
): Promise<Uint8Array> {
  const result = await storage.read(key, { range });
  return result === null ? new Uint8Array() : concat(await Array.fromAsync(result.body));
}

/** Adds to an object by writing it anew, from a base that is kept in memory. */
export class RewriteWriter implements PartWriter {
  readonly writeMode = "rewrite";
  readonly #storage: StorageAdapter;
  readonly #key: string;
  #metadata: Readonly<Record<string, string>>;
  #base: Uint8Array = new Uint8Array();
  #read: Uint8Array = new Uint8Array();
  #version: ObjectVersion | null = null;

  /** Metadata are kept with the object when this target makes it. */
  constructor(storage: StorageAdapter, key: string, metadata: Readonly<Record<string, string>>) {
    this.#storage = storage;
    this.#key = key;
    this.#metadata = metadata;
  }

  async add(bytes: Uint8Array, at: number): Promise<ObjectInfo> {
    const body = concat([this.#base.subarray(0, at), bytes]);
    const version = this.#version;
    const info = await this.#storage.write(this.#key, body, {
      precondition: version === null ? "absent" : { version },
      ...(this.#storage.capabilities.metadata
        ? { contentType: "text/csv; charset=utf-8", metadata: this.#metadata }
        : {}),
    });
    this.#base = body;
    this.#version = info.version;
    return info;
  }

  async read(from: number): Promise<Read | null> {
    const result = await this.#storage.read(this.#key);
    if (result === null) return null;
    // One read is both the proof of what landed and the next base.
    this.#read = concat(await Array.fromAsync(result.body));
    const start = from > this.#read.length ? 0 : from;
    return { ...toRead(result), start, chunks: oneChunk(this.#read.subarray(start)) };
  }

  accept(read: Read | null): void {
    this.#base = read === null ? new Uint8Array() : this.#read;
    this.#version = read?.version ?? null;
    if (read !== null) this.#metadata = read.metadata;
  }

  head(length: number): Promise<Uint8Array> {
    return Promise.resolve(this.#read.subarray(0, length));
  }
}

/** Writes an object once and for all: the same bytes again, should the answer be lost. */
export class WriteOnceWriter implements PartWriter {
  readonly writeMode = "write-once";
  readonly #storage: StorageAdapter;
  readonly #key: string;

  constructor(storage: StorageAdapter, key: string) {
    this.#storage = storage;
    this.#key = key;
  }

  add(bytes: Uint8Array): Promise<ObjectInfo> {
    return this.#storage.write(this.#key, bytes);
  }

  async read(): Promise<Read | null> {
    const result = await this.#storage.read(this.#key);
    return result && toRead(result);
  }

  accept(): void {}

  async head(length: number): Promise<Uint8Array> {
    return await bytesOf(this.#storage, this.#key, { start: 0, end: length });
  }
}

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield await Promise.resolve(bytes);
}
