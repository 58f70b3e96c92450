import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import type {
  Capabilities,
  ObjectInfo,
  ObjectVersion,
  ReadOptions,
  StorageAdapter,
  WriteBody,
} from "../../src/storage/storage_adapter.ts";
import { StorageError } from "../../src/storage/storage_error.ts";
import type { ConformanceStore } from "../../src/testing/mod.ts";
import {
  bodyOf,
  type Breakage,
  bytesOf,
  listed,
  rejecting,
  rekeyed,
  rereading,
  reversioned,
  silenced,
} from "./_broken.ts";

/** A broken adapter, and the behaviours that must detect it. */
export interface Case {
  /** The numbers of behaviours that must fail. */
  readonly fails: readonly number[];
  /** The message of the first of them. */
  readonly saying: RegExp;
  readonly breakage?: Breakage;
  readonly capabilities?: Partial<Capabilities>;
  /** Other ways to reach the store. */
  readonly ways?: (storage: StorageAdapter) => Omit<ConformanceStore, "adapter">;
}

/** Broken adapters, by their defects. */
export const CASES: Readonly<Record<string, Case>> = {
  "that ignores preconditions": {
    fails: [19, 20, 21, 23, 27, 28, 29, 30, 31, 35, 36, 107],
    saying: /Expected a second creation to be refused: it resolved/,
    breakage: (memory) => ({
      write: (key, body, options) =>
        memory.write(key, body, { ...options, precondition: undefined }),
    }),
  },
  "whose append ignores the version": {
    fails: [139],
    saying: /Expected an append to a version that was replaced to be refused: it resolved/,
    breakage: (memory) => ({
      append: (key, bytes, { at }) => memory.append?.(key, bytes, { at }) ?? Promise.reject(),
    }),
  },
  "whose append ignores the offset": {
    fails: [40, 41, 44],
    saying: /Expected an append at 0 to 5 bytes to be refused: it resolved/,
    breakage: (memory) => ({
      append: async (key, bytes, options) => {
        const at = (await memory.stat(key))?.size ?? 0;
        return await (memory.append?.(key, bytes, { ...options, at }) ?? Promise.reject());
      },
    }),
  },
  "whose cut ignores the version": {
    fails: [140],
    saying: /Expected a cut of a version that was replaced to be refused: it resolved/,
    breakage: (memory) => ({
      append: async (key, bytes, options) => {
        const ifVersion = options.cut && options.ifVersion
          ? (await memory.stat(key))?.version ?? options.ifVersion
          : options.ifVersion;
        return await memory.append!(key, bytes, { ...options, ifVersion });
      },
    }),
  },
  "whose append ignores a cut that it does not declare": {
    fails: [141],
    saying: /Expected a cut to be refused with Unsupported/,
    capabilities: { cut: false },
    breakage: (memory) => ({
      append: (key, bytes, { cut: _, ...options }) => memory.append!(key, bytes, options),
    }),
  },
  "whose append waits between its look and its write": {
    fails: [135],
    saying: /mixture|not in its version|size/,
    breakage: (memory) => ({
      append: async (key, bytes, options) => {
        const info = await memory.stat(key);
        if ((info?.size ?? 0) !== options.at || bytes.length === 0) {
          return await memory.append!(key, bytes, options);
        }
        await new Promise((resolve) => setTimeout(resolve));
        const now = await memory.stat(key);
        return await memory.append!(key, bytes, { at: now?.size ?? 0 });
      },
    }),
  },
  "that waits in spite of its signal": {
    fails: [136],
    saying: /Expected a stat that waited when it was aborted/,
    ways: (storage) => ({ silence: () => silenced(storage, { ignoresSignal: true }) }),
  },
  "that waits for an answer without a limit": {
    fails: [137],
    saying: /No answer within 1000 ms/,
    ways: (storage) => ({ silence: () => silenced(storage, { ignoresDeadline: true }) }),
  },
  "that leaves a listener for each call without an answer": {
    fails: [137],
    saying: /Listeners were left/,
    ways: (storage) => ({ silence: () => silenced(storage, { keepsListeners: true }) }),
  },
  "whose prefix has no boundary": {
    fails: [138],
    saying: /"flags\/a" reads as missing/,
    ways: (storage) => ({
      below: (prefix) => ({
        ...storage,
        write: (key, body, options) => storage.write(prefix + key, body, options),
      }),
    }),
  },
  "that lists in JavaScript's order": {
    fails: [83],
    saying: /not equal/,
    breakage: (memory) => ({
      list: async function* (options) {
        const infos = await Array.fromAsync(memory.list(options));
        yield* infos.sort((a, b) => a.key < b.key ? -1 : 1);
      },
    }),
  },
  "that lists by a directory walk": {
    fails: [84],
    saying: /not equal/,
    breakage: (memory) => ({
      list: async function* ({ after = "", prefix = "", limit = Infinity, signal } = {}) {
        const infos = await Array.fromAsync(memory.list({ prefix, after, signal }));
        const walked = ({ key }: ObjectInfo) => key.replaceAll("/", "\0");
        infos.sort((a, b) => walked(a) < walked(b) ? -1 : 1);
        yield* infos.slice(0, limit);
      },
    }),
  },
  "whose second page repeats an entry": {
    fails: [88],
    saying: /not equal/,
    breakage: (memory) => ({
      list: async function* (options) {
        let n = 0;
        for await (const info of memory.list(options)) {
          yield info;
          if (++n % 1000 === 0) yield info;
        }
      },
    }),
  },
  "that lists one page only": {
    fails: [88],
    saying: /not equal/,
    breakage: (memory) => ({
      list: (options) =>
        memory.list({ ...options, limit: Math.min(1000, options?.limit ?? Infinity) }),
    }),
  },
  "whose listing ends without an error when it is aborted": {
    fails: [95],
    saying: /aborted after 3 of 50 to be refused: it resolved/,
    breakage: (memory) => ({
      list: async function* (options) {
        let begun = false;
        try {
          for await (const info of memory.list(options)) {
            begun = true;
            yield info;
          }
        } catch (error) {
          if (!begun) throw error;
        }
      },
    }),
  },
  "that treats a prefix as a directory": {
    fails: [82],
    saying: /not equal/,
    breakage: (memory) => ({
      list: ({ prefix = "", ...options } = {}) => {
        const directory = prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
        return memory.list({ ...options, prefix: directory });
      },
    }),
  },
  'whose listing includes the key "after"': {
    fails: [85],
    saying: /not equal/,
    breakage: (memory) => ({
      list: ({ after = "", ...options } = {}) =>
        after === "" ? memory.list(options) : listed(
          memory,
          (infos) =>
            infos.filter(({ key }) => key >= after && key.startsWith(options.prefix ?? "")),
        ),
    }),
  },
  'that applies the limit before "after"': {
    fails: [87],
    saying: /not equal/,
    breakage: (memory) => ({
      list: async function* ({ limit, after = "", ...options } = {}) {
        for await (const info of memory.list({ ...options, limit })) {
          if (info.key > after) yield info;
        }
      },
    }),
  },
  "whose read() returns its own buffer": {
    fails: [8],
    saying: /differs from byte 0/,
    breakage: (memory) => {
      const buffers = new Map<ObjectVersion, Uint8Array<ArrayBuffer>>();
      const read = async (key: string, options?: ReadOptions) => {
        const result = await memory.read(key, options);
        if (result === null) return null;
        const { info, start, end } = result;
        const fresh = await bytesOf((await memory.read(key))?.body ?? bodyOf(new Uint8Array()));
        const buffer = buffers.get(info.version) ?? fresh;
        buffers.set(info.version, buffer);
        return { ...result, body: bodyOf(buffer.subarray(start, end)) };
      };
      return { read };
    },
  },
  "that keeps the caller's buffer": {
    fails: [7],
    saying: /differs from byte 0/,
    breakage: (memory) => {
      const kept = new Map<string, WriteBody>();
      return {
        write: (key, body, options) => {
          if (options === undefined) kept.set(key, body);
          return memory.write(key, body, options);
        },
        read: rereading(memory, (_, { info, start, end }) => {
          const body = kept.get(info.key);
          if (!(body instanceof Uint8Array) || body.length !== info.size) return {};
          return { body: bodyOf(body.slice(start, end)) };
        }),
      };
    },
  },
  "that decodes bodies as text": {
    fails: [1, 4],
    saying: /has the wrong length/,
    breakage: (memory) => ({
      read: rereading(memory, (bytes) => ({
        body: bodyOf(new TextEncoder().encode(new TextDecoder().decode(bytes))),
      })),
    }),
  },
  "that returns null when it fails": {
    fails: [12, 17, 55, 57, 97, 115],
    saying: /Expected a range beyond the end to be refused: it resolved/,
    breakage: (memory) => ({
      stat: (key, options) => memory.stat(key, options).catch(() => null),
      read: (key, options) => memory.read(key, options).catch(() => null),
    }),
  },
  "that finds directories": {
    fails: [10],
    saying: /stat finds a/,
    breakage: (memory) => ({
      stat: async (key, options) => {
        const info = await memory.stat(key, options);
        if (info !== null) return info;
        const [first] = await Array.fromAsync(memory.list({ prefix: `${key}/`, limit: 1 }));
        return first === undefined ? null : { ...first, key, size: 0 };
      },
    }),
  },
  "that shows a streamed write before its end": {
    fails: [22, 64, 65],
    saying: /The body that a reader saw has the wrong length/,
    breakage: (memory) => ({
      write: async (key, body, options) => {
        if (body instanceof Uint8Array) return await memory.write(key, body, options);
        let bytes = new Uint8Array();
        for await (const chunk of body) {
          bytes = await bytesOf(new Blob([bytes, chunk.slice()]).stream());
          await memory.write(key, bytes);
        }
        return await memory.write(key, bytes);
      },
    }),
  },
  "that stores a partial body when its source fails": {
    fails: [65],
    saying: /to be refused: it resolved/,
    breakage: (memory) => ({
      write: async (key, body, options) => {
        if (body instanceof Uint8Array) return await memory.write(key, body, options);
        const chunks: Uint8Array[] = [];
        try {
          for await (const chunk of body) chunks.push(chunk);
        } catch { /* Stores the chunks so far. */ }
        const { size: _, ...rest } = options ?? {};
        return await memory.write(
          key,
          await bytesOf(bodyOf(
            new Uint8Array(
              chunks.flatMap((chunk) => [...chunk]),
            ),
          )),
          rest,
        );
      },
    }),
  },
  "that does not check the size of a body": {
    fails: [66],
    saying: /Expected the size 0 of 5 bytes to be refused: it resolved/,
    breakage: (memory) => ({
      write: (key, body, options) => memory.write(key, body, { ...options, size: undefined }),
    }),
  },
  "whose version is the size of the object": {
    fails: [13, 14, 15, 16, 17, 27],
    saying: /not to be/,
    breakage: reversioned(({ size }) => `${size}`),
  },
  "whose unique versions are timestamps": {
    fails: [14],
    saying: /A version recurred/,
    breakage: reversioned(({ modified, key }) => `${key} ${modified?.getTime()}`),
  },
  "that declares content versions as unique": {
    fails: [15, 77],
    saying: /not equal|Expected actual/,
    breakage: () => {
      const memory = new MemoryAdapter({ capabilities: { versions: "content" } });
      return {
        stat: memory.stat.bind(memory),
        read: memory.read.bind(memory),
        write: memory.write.bind(memory),
        ...(memory.append ? { append: memory.append.bind(memory) } : {}),
        delete: memory.delete.bind(memory),
        list: memory.list.bind(memory),
      };
    },
  },
  "that rejects the deletion of a missing key": {
    fails: [75],
    saying: /Cannot delete "a"/,
    breakage: (memory) => ({
      delete: async (key, options) => {
        if (await memory.stat(key, options) === null) {
          throw new StorageError(`Cannot delete "${key}" as it is missing`, {
            code: "Conflict",
            adapter: "memory",
            key,
            outcome: "not-applied",
          });
        }
        await memory.delete(key, options);
      },
    }),
  },
  "that also deletes the keys below a key": {
    fails: [76],
    saying: /not equal/,
    breakage: (memory) => ({
      delete: async (key, options) => {
        await memory.delete(key, options);
        for await (const info of memory.list({ prefix: `${key}/` })) await memory.delete(info.key);
      },
    }),
  },
  "whose ranges include their end": {
    fails: [51, 58],
    saying: /range .* has the wrong length|Offsets of/,
    breakage: (memory) => ({
      read: async (key, options) => {
        const range = options?.range;
        if (range === undefined || !("end" in range) || !(range.end! > range.start)) {
          return await memory.read(key, options);
        }
        const result = await memory.read(key, {
          ...options,
          range: { ...range, end: range.end! + 1 },
        });
        return result && { ...result, end: Math.min(range.end!, result.info.size) };
      },
    }),
  },
  "that reports the size of a range as that of the object": {
    fails: [51, 52],
    saying: /info\.size/,
    breakage: (memory) => ({
      read: rereading(memory, ({ length }, { info }) => ({ info: { ...info, size: length } })),
    }),
  },
  "that accepts any key": {
    fails: [12, 97, 101, 103],
    saying: /to be refused: it resolved/,
    breakage: rekeyed((key) => `k${[...key].map((char) => char.codePointAt(0)).join("-")}`),
  },
  "that resolves dots": {
    fails: [101, 97],
    saying: /Expected .* of ".*" to be refused: it resolved/,
    breakage: rekeyed((key) => {
      const parts: string[] = [];
      for (const part of key.split("/")) {
        if (part === "..") parts.pop();
        else if (part !== ".") parts.push(part);
      }
      return parts.join("/");
    }),
  },
  "that ignores case": {
    fails: [96, 99, 100],
    saying: /body|not equal|length/i,
    breakage: rekeyed((key) => key.toLowerCase()),
  },
  "that decodes keys": {
    fails: [96, 100],
    saying: /body|not equal|length/i,
    breakage: rekeyed((key) => key.replaceAll("%41", "A").replaceAll("%2f", "/")),
  },
  "that drops metadata": {
    fails: [124, 126],
    saying: /read/,
    breakage: (memory) => ({
      write: (key, body, { precondition, size, signal } = {}) =>
        memory.write(key, body, { precondition, size, signal }),
    }),
  },
  "that drops metadata it does not declare": {
    fails: [107, 127],
    saying: /Expected metadata to be refused: it resolved/,
    capabilities: { metadata: false },
    breakage: (memory) => ({
      write: (key, body, { precondition, size, signal } = {}) =>
        memory.write(key, body, { precondition, size, signal }),
    }),
  },
  "that ignores preconditions it does not declare": {
    fails: [25, 37, 107],
    saying: /Expected a creation to be refused: it resolved/,
    capabilities: { create: "none", swap: "none" },
    breakage: (memory) => ({
      write: (key, body, options) =>
        memory.write(key, body, { ...options, precondition: undefined }),
    }),
  },
  "that has an append() it does not declare": {
    fails: [50],
    saying: /not equal/,
    capabilities: { append: "none" },
    breakage: () => ({ append: () => Promise.reject(new Error("Not supported")) }),
  },
  "that checks a precondition before it writes": {
    fails: [21, 30, 31, 33],
    saying: /Creators .* won/,
    breakage: (memory) => ({
      write: async (key, body, options) => {
        const { precondition, ...rest } = options ?? {};
        if (precondition === undefined) return await memory.write(key, body, options);
        const version = (await memory.stat(key))?.version;
        const holds = precondition === "absent"
          ? version === undefined
          : version === precondition.version;
        if (!holds) return await memory.write(key, body, options);
        await new Promise((resolve) => setTimeout(resolve, 1));
        return await memory.write(key, body, rest);
      },
    }),
  },
  "whose append checks the offset before it writes": {
    fails: [43],
    saying: /Appenders .* won/,
    breakage: (memory) => ({
      append: async (key, bytes, options) => {
        const found = await memory.read(key);
        if ((found?.info.size ?? 0) !== options.at || bytes.length === 0) {
          return await (memory.append?.(key, bytes, options) ?? Promise.reject());
        }
        const old = found === null ? new Uint8Array() : await bytesOf(found.body);
        await new Promise((resolve) => setTimeout(resolve, 1));
        return await memory.write(key, new Uint8Array([...old, ...bytes]));
      },
    }),
  },
  "whose bodies mix versions": {
    fails: [70],
    saying: /differs from byte|wrong length/,
    breakage: (memory) => ({
      read: async (key, options) => {
        const result = await memory.read(key, options);
        if (result === null || options?.range || options?.signal) return result;
        await result.body.cancel();
        let offset = 0;
        const body = new ReadableStream<Uint8Array>({
          async pull(controller) {
            if (offset >= result.info.size) return controller.close();
            const range = { start: offset, end: offset + 65_536 };
            const part = await memory.read(key, { range });
            if (part === null) return controller.error(new Error("the object was deleted"));
            const bytes = await bytesOf(part.body);
            offset += bytes.length;
            controller.enqueue(bytes);
          },
        }, { highWaterMark: 0 });
        return { ...result, body };
      },
    }),
  },
  "whose bodies end early without an error": {
    fails: [1, 2],
    saying: /has the wrong length/,
    breakage: (memory) => ({
      read: rereading(memory, (bytes) => ({ body: bodyOf(bytes.subarray(0, 100_000)) })),
    }),
  },
  "that ignores signals": {
    fails: [12, 95, 106, 115, 116, 117],
    saying: /an aborted read of a to be refused: it resolved/,
    breakage: (memory) => ({
      stat: (key) => memory.stat(key),
      read: (key, options) => memory.read(key, { ...options, signal: undefined }),
      write: (key, body, options) => memory.write(key, body, { ...options, signal: undefined }),
      delete: (key) => memory.delete(key),
      list: (options) => memory.list({ ...options, signal: undefined }),
    }),
  },
  "that reports not-applied after it applied a mutation": {
    fails: [118],
    saying: /was applied, but reported as not-applied/,
    breakage: (memory) => ({
      write: async (key, body, options) => {
        const info = await memory.write(key, body, options);
        // If the signal was aborted in the meantime, the rejection of stat() replaces the result.
        await Promise.resolve();
        await memory.stat(key, options).catch((error) => {
          throw new StorageError(error.message, { ...error, key, cause: error.cause });
        });
        return info;
      },
    }),
  },
  "that does not remove its listeners": {
    fails: [120],
    saying: /Listeners were left on the signal/,
    breakage: (memory) => ({
      stat: (key, options) => {
        options?.signal?.addEventListener("abort", () => {});
        return memory.stat(key, options);
      },
    }),
  },
  "that still works after disposal": {
    fails: [122],
    saying: /after disposal to be refused: it resolved/,
    breakage: () => ({ [Symbol.asyncDispose]: () => Promise.resolve() }),
  },
  "whose errors have no outcome": {
    fails: [19, 27, 40, 108],
    saying: /The outcome of a second creation/,
    breakage: rejecting((error) => {
      if (!(error instanceof StorageError)) return error;
      const { message, code, adapter, key, cause } = error;
      return new StorageError(message, { code, adapter, key, cause });
    }),
  },
  "whose errors are not StorageErrors": {
    fails: [12, 19, 106],
    saying: /Expected a StorageError: got Error: it failed/,
    breakage: rejecting(() => new Error("it failed")),
  },
  "whose errors have no cause": {
    fails: [106, 115],
    saying: /not strictly equal|Values are not/,
    breakage: rejecting((error) => {
      if (!(error instanceof StorageError)) return error;
      const { message, code, adapter, key, outcome } = error;
      return new StorageError(message, { code, adapter, key, outcome });
    }),
  },
  "that throws instead of rejecting": {
    fails: [12, 97],
    saying: /to reject: it threw StorageError/,
    breakage: (memory) => ({
      read: (key, options) => {
        if (key.includes("..") || key.includes("//") || key === "") {
          throw new StorageError("Cannot read", { code: "InvalidKey", adapter: "memory", key });
        }
        return memory.read(key, options);
      },
    }),
  },
  "with a defect that only some sequences of calls reveal": {
    fails: [0],
    saying: /^Operation \d+ of the seed 7, /,
    breakage: (memory) => {
      let swaps = 0;
      return {
        write: async (key, body, options) => {
          const info = await memory.write(key, body, options);
          // Every fifth swap deletes another object.
          if (typeof options?.precondition === "object" && ++swaps % 5 === 0) {
            await memory.delete("b.c");
          }
          return info;
        },
      };
    },
  },
};
