import { bodyBytes } from "./kit/body.ts";
import type {
  AppendCall,
  DriverCall,
  ListCall,
  StoredBody,
  StoredInfo,
  WriteCall,
} from "./kit/driver_calls.ts";
import { defined } from "./kit/defined.ts";
import { fnv1a } from "./kit/fnv1a.ts";
import { refuseOffset, refusePrecondition } from "./kit/preconditions.ts";
import { StorageDriver } from "./kit/storage_driver.ts";
import type { Capabilities, ObjectInfo, ObjectVersion } from "./storage_adapter.ts";
import { compareKeys } from "./validate_key.ts";

/** Options of {@linkcode MemoryDriver}. */
export interface MemoryDriverOptions {
  /** The adapter's name, for messages. */
  readonly name: string;
  readonly capabilities: Capabilities;
}

interface StoredObject {
  /** Larger than `size`, so that not every append copies the object. */
  readonly buffer: Uint8Array<ArrayBuffer>;
  readonly info: StoredInfo;
}

/** Returns a version that is equal for equal bytes, like an ETag. */
function contentVersion(bytes: Uint8Array): ObjectVersion {
  const hashes = [fnv1a(bytes), fnv1a(bytes, 0x01000197)];
  return `${bytes.length}-${hashes.map((hash) => hash.toString(16)).join("")}` as ObjectVersion;
}

/** The operations of `MemoryAdapter`. */
export class MemoryDriver extends StorageDriver {
  readonly #objects: Map<string, StoredObject> = new Map();
  #writes = 0;

  /** Creates an empty store. */
  constructor(options: MemoryDriverOptions) {
    super(options);
  }

  /** Returns what the store reports about an object. */
  protected override statObject({ key }: DriverCall): StoredInfo | null {
    const object = this.#objects.get(key);
    return object === undefined ? null : structuredClone(object.info);
  }

  /** Returns an object and its bytes. */
  protected override readObject({ key }: DriverCall): StoredBody | null {
    const object = this.#objects.get(key);
    if (object === undefined) return null;
    const { buffer, info } = object;
    return { info: structuredClone(info), body: buffer.subarray(0, info.size) };
  }

  /** Writes an object in one atomic step. */
  protected override async writeObject(call: WriteCall): Promise<StoredInfo> {
    const { key, body, precondition, attempt, contentType, metadata } = call;
    const bytes = await bodyBytes(call);
    refusePrecondition(precondition, this.#objects.get(key)?.info.version, attempt);
    const buffer = body === bytes ? bytes.slice() : bytes as Uint8Array<ArrayBuffer>;
    return this.#put(key, buffer, bytes.length, { contentType, metadata });
  }

  /** Adds bytes in one atomic step. */
  protected override appendObject(call: AppendCall): StoredInfo {
    const { key, bytes, attempt, at: size } = call;
    const object = this.#objects.get(key);
    refuseOffset(call, object?.info, attempt);
    if (object?.info.size === size && bytes.length === 0) return structuredClone(object.info);
    // A reader of the object before a cut still has its bytes.
    const old = size === object?.info.size ? object.buffer : object?.buffer.slice(0, size);
    const buffer = grown(old ?? new Uint8Array(), size, size + bytes.length);
    buffer.set(bytes, size);
    return this.#put(key, buffer, size + bytes.length, object?.info ?? {});
  }

  /** Removes an object. */
  protected override deleteObject({ key }: DriverCall): void {
    this.#objects.delete(key);
  }

  /** Lists objects in the order of their keys' UTF-8 bytes. */
  protected override *listObjects({ prefix }: ListCall): Generator<ObjectInfo, void, undefined> {
    const keys = [...this.#objects.keys()].filter((key) => key.startsWith(prefix));
    for (const key of keys.sort(compareKeys)) {
      const object = this.#objects.get(key); // another caller may have deleted it in the meantime
      if (object !== undefined) yield { ...structuredClone(object.info), key };
    }
  }

  /** Frees the objects. */
  protected override close(): void {
    this.#objects.clear();
  }

  #put(
    key: string,
    buffer: Uint8Array<ArrayBuffer>,
    size: number,
    { contentType, metadata }: Pick<StoredInfo, "contentType" | "metadata">,
  ): StoredInfo {
    const version = this.#version(buffer.subarray(0, size));
    const kept = structuredClone(defined({ contentType, metadata }));
    const info = { size, version, modified: new Date(), ...kept };
    this.#objects.set(key, { buffer, info });
    return structuredClone(info);
  }

  #version(bytes: Uint8Array): ObjectVersion {
    return this.capabilities.versions === "content"
      ? contentVersion(bytes)
      : `${++this.#writes}` as ObjectVersion;
  }
}

/** Returns a buffer with room for `needed` bytes. Its size doubles, so that appends are cheap. */
function grown(
  buffer: Uint8Array<ArrayBuffer>,
  size: number,
  needed: number,
): Uint8Array<ArrayBuffer> {
  if (buffer.length >= needed) return buffer;
  const larger = new Uint8Array(Math.max(2 * buffer.length, needed));
  larger.set(buffer.subarray(0, size));
  return larger;
}
