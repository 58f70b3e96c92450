import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import { StorageError } from "../../src/storage/storage_error.ts";
import type { Silence } from "../../src/testing/mod.ts";
import type {
  Capabilities,
  ObjectInfo,
  ObjectVersion,
  ReadResult,
  StorageAdapter,
  WriteBody,
} from "../../src/storage/storage_adapter.ts";

/** Returns replacements for some methods of an adapter over memory. */
export type Breakage = (memory: MemoryAdapter) => Partial<StorageAdapter>;

/** Returns an adapter over memory with broken methods and, optionally, with fewer capabilities. */
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

/** Returns all bytes of a body. */
export async function bytesOf(body: WriteBody): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(body as BodyInit).arrayBuffer());
}

/** Returns a body of one chunk. */
export function bodyOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      if (bytes.length > 0) controller.enqueue(bytes);
      controller.close();
    },
  });
}

/** Returns a `read()` that changes the bytes it finds. */
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

/** Lists all objects, with a change. */
export async function* listed(
  memory: MemoryAdapter,
  change: (infos: ObjectInfo[]) => ObjectInfo[],
): AsyncGenerator<ObjectInfo, void, undefined> {
  yield* change(await Array.fromAsync(memory.list()));
}

/** Changes the key of every call. */
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

/** Changes the error of every call. */
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

/** Changes the versions of all objects. */
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

/** What is wrong with the way in which an adapter waits. */
export interface Waiting {
  readonly ignoresSignal?: boolean;
  readonly ignoresDeadline?: boolean;
  readonly keepsListeners?: boolean;
}

const DEADLINE_MS = 100;

/** Returns an adapter over a store that can be made silent, which waits for it as told. */
export function silenced(storage: StorageAdapter, waiting: Waiting = {}): Silence {
  let isSilent = false;
  const wait = (mutates: boolean, signal: AbortSignal | undefined): Promise<never> =>
    new Promise((_, reject) => {
      const end = (code: "Aborted" | "TimedOut", cause?: unknown) => {
        clearTimeout(timer);
        if (!waiting.keepsListeners) signal?.removeEventListener("abort", onAbort);
        const outcome = mutates ? "unknown" as const : undefined;
        reject(new StorageError(code, { code, adapter: storage.name, outcome, cause }));
      };
      const timer = waiting.ignoresDeadline
        ? undefined
        : setTimeout(() => end("TimedOut"), DEADLINE_MS);
      const onAbort = () => end("Aborted", signal!.reason);
      if (!waiting.ignoresSignal) signal?.addEventListener("abort", onAbort);
    });
  const adapter: StorageAdapter = {
    ...storage,
    stat: (key, options) => isSilent ? wait(false, options?.signal) : storage.stat(key, options),
    read: (key, options) => isSilent ? wait(false, options?.signal) : storage.read(key, options),
    write: (key, body, options) =>
      isSilent ? wait(true, options?.signal) : storage.write(key, body, options),
    append: (key, bytes, options) =>
      isSilent ? wait(true, options.signal) : storage.append!(key, bytes, options),
    delete: (key, options) => isSilent ? wait(true, options?.signal) : storage.delete(key, options),
    list: async function* (options) {
      if (isSilent) await wait(false, options?.signal);
      yield* storage.list(options);
    },
  };
  // deno-lint-ignore require-await -- the suite expects a promise
  const begin = async () => {
    isSilent = true;
    return () => void (isSilent = false);
  };
  return { adapter, deadlineMs: DEADLINE_MS, begin };
}
