import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import type {
  Capabilities,
  ObjectInfo,
  ObjectVersion,
  ReadOptions,
  WriteBody,
} from "../../src/storage/storage_adapter.ts";
import { StorageError } from "../../src/storage/storage_error.ts";
import {
  bodyOf,
  type Breakage,
  bytesOf,
  listed,
  rejecting,
  rekeyed,
  rereading,
  reversioned,
} from "./_broken.ts";

/** A broken adapter, and how it must be found. */
export interface Case {
  /** The behaviours that must not be found to hold. */
  readonly fails: readonly number[];
  /** A part of the first one's message. */
  readonly saying: RegExp;
  readonly breakage: Breakage;
  readonly capabilities?: Partial<Capabilities>;
}

/** Broken adapters, by their faults. */
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
    fails: [135],
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
  "whose listing just ends when it is aborted": {
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
  "that takes a prefix for a directory": {
    fails: [82],
    saying: /not equal/,
    breakage: (memory) => ({
      list: ({ prefix = "", ...options } = {}) => {
        const directory = prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
        return memory.list({ ...options, prefix: directory });
      },
    }),
  },
  "whose listing begins with the key after which it shall begin": {
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
  "that limits before it skips": {
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
  "whose read gives its own buffer away": {
    fails: [8],
    saying: /differs from byte 0 on/,
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
    saying: /differs from byte 0 on/,
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
  "that takes bodies for text": {
    fails: [1, 4],
    saying: /has another length/,
    breakage: (memory) => ({
      read: rereading(memory, (bytes) => ({
        body: bodyOf(new TextEncoder().encode(new TextDecoder().decode(bytes))),
      })),
    }),
  },
  "that gives null where it fails": {
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
    saying: /What a reader saw has another length/,
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
  "that stores what came before its source failed": {
    fails: [65],
    saying: /to be refused: it resolved/,
    breakage: (memory) => ({
      write: async (key, body, options) => {
        if (body instanceof Uint8Array) return await memory.write(key, body, options);
        const chunks: Uint8Array[] = [];
        try {
          for await (const chunk of body) chunks.push(chunk);
        } catch { /* The store is content with what it has. */ }
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
  "that believes the size it is given": {
    fails: [66],
    saying: /Expected the size 0 of 5 bytes to be refused: it resolved/,
    breakage: (memory) => ({
      write: (key, body, options) => memory.write(key, body, { ...options, size: undefined }),
    }),
  },
  "whose version is the object's size": {
    fails: [13, 14, 15, 16, 17, 27],
    saying: /not to be/,
    breakage: reversioned(({ size }) => `${size}`),
  },
  "whose unique versions are a clock's": {
    fails: [14],
    saying: /Versions came back/,
    breakage: reversioned(({ modified, key }) => `${key} ${modified?.getTime()}`),
  },
  "that declares content's versions as unique": {
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
  "that deletes what lies below": {
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
    saying: /range .* has another length|Offsets of/,
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
  "that gives a range's size as the object's": {
    fails: [51, 52],
    saying: /info\.size/,
    breakage: (memory) => ({
      read: rereading(memory, ({ length }, { info }) => ({ info: { ...info, size: length } })),
    }),
  },
  "that takes any key": {
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
  "that knows no case": {
    fails: [96, 99, 100],
    saying: /body|not equal|length/i,
    breakage: rekeyed((key) => key.toLowerCase()),
  },
  "that decodes keys": {
    fails: [96, 100],
    saying: /body|not equal|length/i,
    breakage: rekeyed((key) => key.replaceAll("%41", "A").replaceAll("%2f", "/")),
  },
  "that swallows metadata": {
    fails: [124, 126],
    saying: /read/,
    breakage: (memory) => ({
      write: (key, body, { precondition, size, signal } = {}) =>
        memory.write(key, body, { precondition, size, signal }),
    }),
  },
  "that swallows metadata it does not declare": {
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
  "that appends although it does not declare it": {
    fails: [50],
    saying: /not equal/,
    capabilities: { append: "none" },
    breakage: () => ({ append: () => Promise.reject(new Error("Not supported")) }),
  },
  "that checks first and writes later": {
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
  "whose append checks first and writes later": {
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
  "that reads whatever is there at the time": {
    fails: [70],
    saying: /differs from byte|another length/,
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
            if (part === null) return controller.error(new Error("It is gone"));
            const bytes = await bytesOf(part.body);
            offset += bytes.length;
            controller.enqueue(bytes);
          },
        }, { highWaterMark: 0 });
        return { ...result, body };
      },
    }),
  },
  "whose bodies end where bytes are missing": {
    fails: [1, 2],
    saying: /has another length/,
    breakage: (memory) => ({
      read: rereading(memory, (bytes) => ({ body: bodyOf(bytes.subarray(0, 100_000)) })),
    }),
  },
  "that hears no signal": {
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
  "that says not-applied of what it applied": {
    fails: [118],
    saying: /was applied, and called not-applied/,
    breakage: (memory) => ({
      write: async (key, body, options) => {
        const info = await memory.write(key, body, options);
        // The next call would throw if it were aborted; so is this one's answer.
        await Promise.resolve();
        await memory.stat(key, options).catch((error) => {
          throw new StorageError(error.message, { ...error, key, cause: error.cause });
        });
        return info;
      },
    }),
  },
  "that leaves its listeners": {
    fails: [120],
    saying: /Listeners were left on the signal/,
    breakage: (memory) => ({
      stat: (key, options) => {
        options?.signal?.addEventListener("abort", () => {});
        return memory.stat(key, options);
      },
    }),
  },
  "that works on after its disposal": {
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
  "whose errors are any errors": {
    fails: [12, 19, 106],
    saying: /Expected a StorageError: got Error: it failed/,
    breakage: rejecting(() => new Error("it failed")),
  },
  "whose errors forget their cause": {
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
  "with a flaw that only some order of calls shows": {
    fails: [0],
    saying: /^Operation \d+ of the seed 7, /,
    breakage: (memory) => {
      let swaps = 0;
      return {
        write: async (key, body, options) => {
          const info = await memory.write(key, body, options);
          // Every fifth swap spoils the neighbour.
          if (typeof options?.precondition === "object" && ++swaps % 5 === 0) {
            await memory.delete("b.c");
          }
          return info;
        },
      };
    },
  },
};
