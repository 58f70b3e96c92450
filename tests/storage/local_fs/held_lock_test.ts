import { assert, assertEquals, assertLess } from "@std/assert";
import { walk } from "@std/fs/walk";
import { CSVLogger, file } from "../../../mod.ts";
import { LocalFsAdapter } from "../../../src/storage/local_fs/mod.ts";
import type { StorageAdapter } from "../../../src/storage/storage_adapter.ts";
import { isStorageError } from "../../../src/storage/storage_error.ts";
import { holdLock } from "../../helpers/hold_lock.ts";
import { TempDir } from "../../helpers/temp_dir.ts";
import { within } from "../../helpers/within.ts";

const PATIENCE_MS = 10_000;
const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** Runs an action while another process holds the lock of a directory. */
async function whileHeld(
  dir: string,
  action: () => Promise<void>,
  { shared = false } = {},
): Promise<void> {
  const end = await holdLock(dir, { shared });
  try {
    await within(PATIENCE_MS, action(), "an action beside a held lock");
  } finally {
    await end();
  }
}

/** Returns the code and the outcome of the error of a call, or its result. */
async function endOf(call: Promise<unknown>): Promise<unknown> {
  return await call.then(
    (result) => result,
    (error) => isStorageError(error) ? [error.code, error.outcome] : error,
  );
}

async function textOf(storage: StorageAdapter, key: string): Promise<string | undefined> {
  const found = await storage.read(key);
  return found === null ? undefined : await new Response(found.body).text();
}

const KEY = "d/a";

Deno.test("LocalFsAdapter ends what waits for a held lock when its signal is aborted", async () => {
  await using root = new TempDir();
  const storage = new LocalFsAdapter({ root: root.path, lockTimeoutMs: 60_000 });
  await storage.write(KEY, bytes("old"));
  await whileHeld(`${root.path}/d`, async () => {
    const calls = {
      read: (signal: AbortSignal) => storage.read(KEY, { signal }),
      stat: (signal: AbortSignal) => storage.stat(KEY, { signal }),
      list: (signal: AbortSignal) => Array.fromAsync(storage.list({ signal })),
      write: (signal: AbortSignal) => storage.write(KEY, bytes("new"), { signal }),
      append: (signal: AbortSignal) => storage.append(KEY, bytes("new"), { at: 3, signal }),
      delete: (signal: AbortSignal) => storage.delete(KEY, { signal }),
    };
    // All at once: the first holds the turn of this process, and the others wait for that.
    const ends = await Promise.all(
      Object.entries(calls).map(async ([name, call]) => {
        const control = new AbortController();
        setTimeout(() => control.abort(), 50);
        return [name, await endOf(call(control.signal))];
      }),
    );
    assertEquals(ends, Object.keys(calls).map((name) => [name, ["Aborted", "not-applied"]]));
  });
  assertEquals(await textOf(storage, KEY), "old");
});

Deno.test("LocalFsAdapter rejects writes with TimedOut when a lock is held, and reads all the same", async () => {
  await using root = new TempDir();
  const storage = new LocalFsAdapter({ root: root.path, lockTimeoutMs: 200 });
  for (let i = 0; i < 20; i++) await storage.write(`d/${i}`, bytes("old"));
  await whileHeld(`${root.path}/d`, async () => {
    const timedOut = ["TimedOut", "not-applied"];
    assertEquals(await endOf(storage.write("d/1", bytes("new"))), timedOut);
    assertEquals(await endOf(storage.append("d/1", bytes("new"), { at: 3 })), timedOut);
    assertEquals(await endOf(storage.delete("d/1")), timedOut);
    assertEquals(await textOf(storage, "d/1"), "old");
    const began = performance.now();
    assertEquals((await Array.fromAsync(storage.list())).length, 20);
    assertLess(performance.now() - began, 20 * 200); // it does not wait for each object
  });
  assertEquals((await storage.append("d/1", bytes("new"), { at: 3 })).size, 6);
  assertEquals(await textOf(storage, "d/1"), "oldnew");
});

Deno.test("LocalFsAdapter reads beside other readers without waiting", async () => {
  await using root = new TempDir();
  const storage = new LocalFsAdapter({ root: root.path, lockTimeoutMs: 60_000 });
  await storage.write(KEY, bytes("old"));
  await whileHeld(`${root.path}/d`, async () => {
    const control = new AbortController();
    const write = endOf(storage.write(KEY, bytes("new"), { signal: control.signal }));
    assertEquals(await textOf(storage, KEY), "old");
    assertEquals((await storage.stat(KEY))?.size, 3);
    control.abort();
    assertEquals(await write, ["Aborted", "not-applied"]);
  }, { shared: true });
});

Deno.test("CSVLogger.flag() and its disposal end when the directory stays locked", async () => {
  await using root = new TempDir();
  const storage = new LocalFsAdapter({ root: root.path, lockTimeoutMs: 100 });
  const logger = new CSVLogger({ storage, verbose: false, retry: { times: 1 } });
  await logger.setup(["q"]);
  await logger.flag(["1"]);
  await whileHeld(`${root.path}/flagged`, async () => {
    const flagged = endOf(logger.flag(["2"]));
    await logger[Symbol.asyncDispose]();
    assertEquals(await flagged, ["TimedOut", "not-applied"]);
  });
});

Deno.test("LocalFsAdapter does not open a pipe in the place of a directory", {
  ignore: Deno.build.os === "windows",
}, async () => {
  await using root = new TempDir();
  const { success } = await new Deno.Command("mkfifo", { args: [`${root.path}/pipe`] }).output();
  assert(success);
  const storage = new LocalFsAdapter({ root: root.path });
  assertEquals(await endOf(storage.read("pipe/a")), ["Conflict", "not-applied"]);
  assertEquals(await endOf(storage.stat("pipe/a/b")), ["Conflict", "not-applied"]);
  assertEquals(await endOf(storage.write("pipe/a", bytes("x"))), ["Conflict", "not-applied"]);
  assertEquals(await endOf(storage.delete("pipe/a")), ["Conflict", "not-applied"]);
  const below = new LocalFsAdapter({ root: `${root.path}/pipe` });
  assertEquals(await endOf(below.read("a")), ["Misconfigured", "not-applied"]);
});

Deno.test("CSVLogger stores files while 300 others of the process stall", async () => {
  await using root = new TempDir();
  const storage = new LocalFsAdapter({ root: root.path });
  await using logger = new CSVLogger({ storage, verbose: false });
  await logger.setup([file("f")]);
  let stalled = 0;
  const begun = Promise.withResolvers<void>();
  const control = new AbortController();
  const sent = Array.from({ length: 300 }, (_, i) => {
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(bytes("begun"));
        if (++stalled === 300) begun.resolve();
      },
    }, { highWaterMark: 1 }).pipeThrough(
      new TransformStream({
        transform: async (chunk, controller) => {
          controller.enqueue(chunk);
          await new Promise((_, reject) => control.signal.addEventListener("abort", reject));
        },
      }),
    );
    return endOf(storage.write(`stalled/${i}`, body, { signal: control.signal }));
  });
  await within(PATIENCE_MS, begun.promise, "the first chunks");
  const large = new Uint8Array(300_000).map((_, i) => i % 251);
  const flagged = logger.flag([new File([large], "a.bin")]);
  assertEquals(await within(PATIENCE_MS, flagged, "flag() of a file"), 1);
  const stored = await Array.fromAsync(storage.list({ prefix: "flagged/f/" }));
  assertEquals(stored.map(({ size }) => size), [300_000]);
  const found = await storage.read(stored[0]!.key);
  assertEquals(new Uint8Array(await new Response(found!.body).arrayBuffer()), large);
  control.abort();
  for (const end of await Promise.all(sent)) assertEquals(end, ["Aborted", "not-applied"]);
  // The removal of the directory, in which all of them took turns, may have been given up.
  const left = await Array.fromAsync(walk(root.path, { includeDirs: false }), ({ path }) => path);
  assertEquals(left.filter((path) => !path.startsWith(`${root.path}/flagged/`)), []);
});
