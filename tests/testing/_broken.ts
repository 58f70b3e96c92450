import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import type {
  Capabilities,
  ObjectInfo,
  ObjectVersion,
  ReadResult,
  StorageAdapter,
  WriteBody,
} from "../../src/storage/storage_adapter.ts";

/** An adapter over memory of which some methods are broken. */
export type Breakage = (memory: MemoryAdapter) => Partial<StorageAdapter>;

/** An adapter over memory with a breakage, and with fewer capabilities on request. */
export function broken(
  breakage: Breakage,
  capabilities: Partial<Capabilities> = {},
): StorageAdapter {
  const memory = new MemoryAdapter({ capabilities });
  return {
    name: memory.name,
    capabilities: memory.capabilities,
    stat: memory.stat.bind(memory),
    read: memory.read.bind(memory),
    write: memory.write.bind(memory),
    ...(memory.append ? { append: memory.append.bind(memory) } : {}),
    delete: memory.delete.bind(memory),
    list: memory.list.bind(memory),
    [Symbol.asyncDispose]: memory[Symbol.asyncDispose].bind(memory),
    ...breakage(memory),
  };
}

/** All bytes of a body. */
export async function bytesOf(body: WriteBody): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(body as BodyInit).arrayBuffer());
}

/** A body that is given at once. */
export function bodyOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      if (bytes.length > 0) controller.enqueue(bytes);
      controller.close();
    },
  });
}

/** A read whose found bytes are changed. */
export function rereading(
  memory: MemoryAdapter,
  change: (bytes: Uint8Array, result: ReadResult) => Partial<ReadResult>,
): StorageAdapter["read"] {
  return async (key, options) => {
    const result = await memory.read(key, options);
    if (result === null) return null;
    const bytes = await bytesOf(result.body);
    return { ...result, body: bodyOf(bytes), ...change(bytes, result) };
  };
}

/** A listing of everything, changed. */
export async function* listed(
  memory: MemoryAdapter,
  change: (infos: ObjectInfo[]) => ObjectInfo[],
): AsyncGenerator<ObjectInfo, void, undefined> {
  yield* change(await Array.fromAsync(memory.list()));
}

/** All calls of an adapter, with the key replaced. */
export function rekeyed(change: (key: string) => string): Breakage {
  return (memory) => ({
    stat: (key, options) => memory.stat(change(key), options),
    read: (key, options) => memory.read(change(key), options),
    write: (key, body, options) => memory.write(change(key), body, options),
    append: (key, bytes, options) =>
      memory.append?.(change(key), bytes, options) ?? Promise.reject(),
    delete: (key, options) => memory.delete(change(key), options),
  });
}

/** All calls of an adapter, with the error replaced. */
export function rejecting(change: (error: unknown) => unknown): Breakage {
  const changed = (error: unknown) => {
    throw change(error);
  };
  return (memory) => ({
    stat: (key, options) => memory.stat(key, options).catch(changed),
    read: (key, options) => memory.read(key, options).catch(changed),
    write: (key, body, options) => memory.write(key, body, options).catch(changed),
    append: (key, bytes, options) =>
      (memory.append?.(key, bytes, options) ?? Promise.reject()).catch(changed),
    delete: (key, options) => memory.delete(key, options).catch(changed),
  });
}

/** Versions of another store. */
export function reversioned(change: (info: ObjectInfo) => string): Breakage {
  const known = new Map<string, ObjectVersion>();
  const hide = (info: ObjectInfo) => {
    const version = change(info) as ObjectVersion;
    known.set(`${info.key} ${version}`, info.version);
    return { ...info, version };
  };
  return (memory) => ({
    write: async (key, body, options) => {
      const { precondition } = options ?? {};
      if (typeof precondition !== "object" || !precondition.version) {
        return hide(await memory.write(key, body, options));
      }
      const stat = await memory.stat(key);
      const holds = stat !== null && change(stat) === precondition.version;
      const version = holds ? stat.version : "other" as ObjectVersion;
      return hide(await memory.write(key, body, { ...options, precondition: { version } }));
    },
    append: async (key, bytes, options) =>
      hide(await (memory.append?.(key, bytes, options) ?? Promise.reject())),
    stat: async (key, options) => {
      const info = await memory.stat(key, options);
      return info && hide(info);
    },
    read: async (key, options) => {
      const { ifVersion, ...rest } = options ?? {};
      const result = await memory.read(key, rest);
      if (result === null) return null;
      const info = hide(result.info);
      if (ifVersion !== undefined && ifVersion !== info.version) {
        return await memory.read(key, { ifVersion });
      }
      return { ...result, info };
    },
    list: async function* (options) {
      for await (const info of memory.list(options)) yield hide(info);
    },
  });
}
