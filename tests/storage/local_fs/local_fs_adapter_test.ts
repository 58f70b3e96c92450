import {
  assert,
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  type LockCall,
  lockDirectory,
  type LockMode,
} from "../../../src/storage/local_fs/_lock.ts";
import { LocalFsAdapter, type LocalFsAdapterOptions } from "../../../src/storage/local_fs/mod.ts";
import type {
  ObjectInfo,
  ObjectVersion,
  StorageAdapter,
} from "../../../src/storage/storage_adapter.ts";
import { StorageError, type StorageErrorCode } from "../../../src/storage/storage_error.ts";
import { keysOf, textOf } from "../../helpers/dataset_check.ts";
import { runScript, type ScriptOptions, startScript } from "../../helpers/deno.ts";
import type { FsCall, FsReport, FsResult } from "../../helpers/fs_job.ts";
import { boundByModes, limitedTo } from "../../helpers/limits.ts";
import { linesOf } from "../../helpers/lines.ts";
import { differsAt, patternAt } from "../../helpers/pattern.ts";
import { TempDir } from "../../helpers/temp_dir.ts";
import { within } from "../../helpers/within.ts";

// A longer run raises these.
const KILLS = 8;
const LONGEST_APPEND = 1 << 18;
const LOCK_PROCESSES = 4;
const LOCK_TIMES = 60;
const PRUNE_WRITERS = 16;
const PRUNE_ROUNDS = 12;
const PRUNE_PROCESSES = 4;
const PRUNE_TIMES = 250;

const KIB = 1024;
const LIMIT_KIB = 64;
const PATIENCE_MS = 10_000;
const script = (name: string): URL => new URL(`../../helpers/${name}.ts`, import.meta.url);
const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** A directory for objects in a directory for other files of a test. */
class Place implements AsyncDisposable {
  readonly #dir: TempDir = new TempDir();
  readonly outside: string = `${this.#dir.path}/outside`;
  readonly root: string = `${this.#dir.path}/root`;

  constructor() {
    Deno.mkdirSync(this.outside);
    Deno.mkdirSync(this.root);
  }

  adapter(options: Omit<LocalFsAdapterOptions, "root"> = {}): LocalFsAdapter {
    return new LocalFsAdapter({ root: this.root, ...options });
  }

  path(name: string): string {
    return `${this.root}/${name}`;
  }

  /** Every name below the root, also those that no listing shows. */
  names(dir = this.root, before = ""): string[] {
    return [...Deno.readDirSync(dir)].flatMap(({ name, isDirectory }) =>
      isDirectory
        ? [`${before}${name}/`, ...this.names(`${dir}/${name}`, `${before}${name}/`)]
        : [before + name]
    ).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dir[Symbol.asyncDispose]();
  }
}

async function errorOf(promise: Promise<unknown>): Promise<StorageError> {
  return await assertRejects(() => within(PATIENCE_MS, promise, "a call"), StorageError);
}

async function assertRefused(
  promise: Promise<unknown>,
  code: StorageErrorCode,
  what: string,
): Promise<void> {
  const error = await errorOf(promise);
  assertEquals([error.code, error.adapter], [code, "local-fs"], `${what}: ${error.message}`);
  if (error.outcome !== undefined) assertEquals(error.outcome, "not-applied", what);
}

/** Makes calls in a process of its own. */
async function inProcess(
  root: string,
  calls: readonly FsCall[],
  options: Omit<ScriptOptions, "args"> & { readonly durable?: boolean } = {},
): Promise<FsReport> {
  const { durable = false, ...how } = options;
  const args = [JSON.stringify({ root, durable, calls })];
  const { stdout, stderr } = await runScript(script("fs_job"), { ...how, args });
  assert(stdout !== "", stderr);
  return JSON.parse(stdout);
}

// A full disk

const CALLS_ON_A_FULL_DISK: Readonly<Record<string, FsCall>> = {
  "append()": { method: "append", key: "old", at: 40 * KIB, length: 100 * KIB },
  "append() that makes the object": { method: "append", key: "new", length: 100 * KIB },
  "append() that makes a directory": { method: "append", key: "new/dir/x", length: 100 * KIB },
  "write()": { method: "write", key: "old", length: 100 * KIB },
  "write() of a stream": { method: "stream", key: "old", length: 100 * KIB },
  "write() that makes a directory": { method: "stream", key: "new/dir/x", length: 100 * KIB },
};

for (const durable of [false, true]) {
  const name = durable ? "LocalFsAdapter that is durable" : "LocalFsAdapter";
  Deno.test(`${name} leaves all as it was when the disk is full in the middle`, async (t) => {
    await using place = new Place();
    Deno.writeFileSync(place.path("old"), patternAt(0, 40 * KIB));
    const calls = Object.values(CALLS_ON_A_FULL_DISK);
    const through = limitedTo(LIMIT_KIB);
    const { results, shortWrites } = await inProcess(place.root, calls, { durable, through });
    // Otherwise the limit was reached before the first byte, so that no row was incomplete.
    assertEquals(shortWrites, calls.length);
    for (const [i, name] of Object.keys(CALLS_ON_A_FULL_DISK).entries()) {
      await t.step(`${name} rejects with NoSpace`, () => {
        const { code, outcome, message } = results[i] as FsResult;
        assertEquals([code, outcome], ["NoSpace", "not-applied"], message);
      });
    }
    await t.step("the object is unchanged, and no file is left", () => {
      assertEquals(place.names(), ["old"]);
      const old = Deno.readFileSync(place.path("old"));
      assertEquals([old.length, differsAt(old, 0)], [40 * KIB, -1]);
    });
    await t.step("it works again when there is space", async () => {
      const again = await inProcess(place.root, calls, { durable });
      assertEquals(again.shortWrites, 0);
      assertEquals(again.results.map(({ size }) => size), [
        140 * KIB, // the append
        100 * KIB,
        undefined, // "new" is an object by now
        100 * KIB,
        100 * KIB,
        undefined,
      ]);
    });
  });
}

Deno.test("LocalFsAdapter says NoSpace when the system says ENOSPC", async () => {
  await using place = new Place();
  const { results: [result] } = await inProcess(place.root, [{ method: "full", key: "a" }]);
  assertEquals(result, {
    code: "NoSpace",
    outcome: "not-applied",
    message: 'Cannot write "a" as "/mnt/full/a" gives No space left on device (os error 28): ' +
      "free space on the disk",
  });
});

// Faults in the middle

/** Replaces methods of every open file while an action runs. */
async function withFiles<T>(
  methods: Partial<Deno.FsFile>,
  action: () => Promise<T>,
): Promise<T> {
  const { prototype } = Deno.FsFile;
  const old = Object.getOwnPropertyDescriptors(prototype);
  Object.assign(prototype, methods);
  try {
    return await action();
  } finally {
    for (const name of Object.keys(methods)) {
      Object.defineProperty(prototype, name, old[name as keyof typeof old]!);
    }
  }
}

function ioError(): Error {
  return Object.assign(new Error("Input/output error (os error 5)"), { code: "EIO" });
}

Deno.test("LocalFsAdapter writes all when the system writes three bytes at a time", async (t) => {
  await using place = new Place();
  const storage = place.adapter();
  const { writeSync } = Deno.FsFile.prototype;
  let writes = 0;
  const short: Partial<Deno.FsFile> = {
    writeSync(this: Deno.FsFile, some: Uint8Array): number {
      writes++;
      return writeSync.call(this, some.subarray(0, 3));
    },
  };
  const body = patternAt(0, 1000);
  const cases: Readonly<Record<string, () => Promise<unknown>>> = {
    "write()": () => storage.write("a", body),
    "write() of a stream": () => storage.write("a", new Blob([body]).stream()),
    "append() that makes": () => storage.append("a", body, { at: 0 }),
    "append()": async () => {
      await storage.append("a", body.subarray(0, 500), { at: 0 });
      await storage.append("a", body.subarray(500), { at: 500 });
    },
  };
  for (const [name, act] of Object.entries(cases)) {
    await t.step(name, async () => {
      await storage.delete("a");
      writes = 0;
      await withFiles(short, act);
      assertGreaterOrEqual(writes, 333);
      assertEquals(Deno.readFileSync(place.path("a")), body);
    });
  }
});

Deno.test("LocalFsAdapter.append() takes back what it wrote when the sync fails", async () => {
  await using place = new Place();
  const storage = place.adapter({ durable: true });
  await storage.append("a", bytes("one\n"), { at: 0 });
  const error = await withFiles(
    { syncData: () => Promise.reject(ioError()) },
    () => errorOf(storage.append("a", bytes("two\n"), { at: 4 })),
  );
  assertEquals(error.outcome, "not-applied");
  assertEquals(await textOf(storage, "a"), "one\n");
});

Deno.test("LocalFsAdapter.append() says unknown when what it wrote cannot be taken back", async () => {
  await using place = new Place();
  const storage = place.adapter({ durable: true });
  await storage.append("a", bytes("one\n"), { at: 0 });
  const error = await withFiles({
    syncData: () => Promise.reject(ioError()),
    truncateSync() {
      throw ioError();
    },
  }, () => errorOf(storage.append("a", bytes("two\n"), { at: 4 })));
  assertEquals(await textOf(storage, "a"), "one\ntwo\n");
  assertEquals(error.outcome, "unknown");
});

// A time that was set forward may be set only by the file's owner: the row is there by then.
Deno.test("LocalFsAdapter.append() tells the truth when the time of another's file lies ahead", async () => {
  await using place = new Place();
  const through = await boundByModes();
  // Without a second user only the mode of the call is tested.
  const isForeign = through !== null && through.length > 0;
  const path = place.path("a");
  Deno.writeTextFileSync(path, "x");
  const ahead = new Date(Date.now() + 60_000);
  Deno.utimeSync(path, ahead, ahead);
  Deno.chmodSync(path, 0o666);
  if (isForeign) Deno.chownSync(path, 65534, 65534);
  const call: FsCall = { method: "append", key: "a", at: 1, length: 2 };
  const { results: [result] } = await inProcess(place.root, [call], { through: through ?? [] });
  const { size } = Deno.statSync(path);
  const told = result?.size ?? (result?.outcome === "not-applied" ? 1 : size);
  assertEquals(told, size, `${JSON.stringify(result)}, and the file has ${size} bytes`);
});

// A kill in the middle

Deno.test(`LocalFsAdapter.append() keeps what was acknowledged when it is killed ${KILLS} times`, async () => {
  await using place = new Place();
  let verified = 0;
  for (let round = 1; round <= KILLS; round++) {
    const args = [place.root, "a", String(LONGEST_APPEND)];
    const child = startScript(script("append_forever"), { args });
    const errors = new Response(child.stderr).text();
    let acknowledged = -1;
    let timer: ReturnType<typeof setTimeout> | undefined;
    for await (const line of linesOf(child.stdout)) {
      acknowledged = Number(line);
      timer ??= setTimeout(() => child.kill("SIGKILL"), Math.random() * 15);
    }
    clearTimeout(timer);
    assertEquals((await child.status).signal, "SIGKILL", await errors);
    const { size } = Deno.statSync(place.path("a"));
    assertGreaterOrEqual(size, acknowledged, `round ${round}`);
    using file = Deno.openSync(place.path("a"));
    file.seekSync(verified, Deno.SeekMode.Start);
    const fresh = new Uint8Array(size - verified);
    for (let read = 0; read < fresh.length;) read += file.readSync(fresh.subarray(read)) ?? 0;
    assertEquals(differsAt(fresh, verified), -1, `round ${round}`);
    verified = size;
    assertEquals(place.names().filter((name) => name === "a").length, 1);
  }
  const { size } = await place.adapter().append("a", patternAt(verified, 9), { at: verified });
  assertEquals(size, verified + 9);
});

Deno.test("LocalFsAdapter.write() keeps the old object when it is killed before it publishes", async (t) => {
  await using place = new Place();
  const storage = place.adapter({ reapAfterMs: 1000 });
  await storage.write("dir/a", bytes("old"));
  const child = startScript(script("stalled_writer"), { args: [place.root, "dir/a"] });
  const errors = new Response(child.stderr).text();
  for await (const line of linesOf(child.stdout)) {
    assertEquals(line, "staged");
    child.kill("SIGKILL");
  }
  await child.status;
  await errors;
  const [stage = ""] = place.names().filter((name) => name.includes(".flagstone-"));

  await t.step("its bytes were staged in the directory of the object", () => {
    assertStringIncludes(stage, "dir/.flagstone-stage-");
    assertEquals(Deno.readTextFileSync(place.path(stage)), "new, and half");
  });
  await t.step("the old object remains, and the debris is not listed", async () => {
    assertEquals(await keysOf(storage), ["dir/a"]);
    assertEquals(await textOf(storage, "dir/a"), "old");
    await assertRefused(storage.read(stage), "InvalidKey", "the debris");
  });
  await t.step("debris is kept while a process may be writing it", async () => {
    await keysOf(storage);
    assert(place.names().includes(stage));
  });
  await t.step("debris is reaped by a listing when it is old", async () => {
    const old = new Date(Date.now() - 2000);
    Deno.utimeSync(place.path(stage), old, old);
    await keysOf(storage, "other/"); // does not come by
    assert(place.names().includes(stage));
    await keysOf(storage, "dir/");
    assertEquals(place.names(), ["dir/", "dir/a"]);
  });
  await t.step("the object can be written", async () => {
    await storage.write("dir/a", bytes("new"));
    assertEquals(await textOf(storage, "dir/a"), "new");
  });
});

Deno.test("LocalFsAdapter.list() reaps a stage at once when it was published by a second name", async () => {
  await using place = new Place();
  const storage = place.adapter();
  await storage.write("a", bytes("published"));
  Deno.linkSync(place.path("a"), place.path(".flagstone-stage-0123456789abcdef"));
  assertEquals(await keysOf(storage), ["a"]);
  assertEquals(place.names(), ["a"]);
  assertEquals(await textOf(storage, "a"), "published");
});

Deno.test("LocalFsAdapter.list() reaps nothing but stages", async () => {
  await using place = new Place();
  const old = new Date(0);
  for (const name of [".flagstone-lock", ".flagstone-other", "back\\slash"]) {
    Deno.writeTextFileSync(place.path(name), "");
    Deno.utimeSync(place.path(name), old, old);
  }
  const before = place.names();
  assertEquals(await keysOf(place.adapter({ reapAfterMs: 0 })), []);
  assertEquals(place.names(), before);
});

Deno.test("LocalFsAdapter.write() stages in the directory of the object while the body arrives", async (t) => {
  await using place = new Place();
  // Shared memory is a separate volume: a file staged elsewhere could not be moved to it.
  const other = await Deno.makeTempDir({ dir: "/dev/shm" }).catch(() => null);
  for (const root of [place.root, ...(other === null ? [] : [other])]) {
    await t.step(
      root === other ? "on another volume" : "below the temporary directory",
      async () => {
        let seen: string[] = [];
        const body = new ReadableStream<Uint8Array>({
          pull(controller) {
            if (seen.length > 0) return controller.close();
            seen = place.names(root);
            controller.enqueue(bytes("body"));
          },
        }, { highWaterMark: 0 });
        const storage = new LocalFsAdapter({ root });
        await storage.write("x/a", body);
        assertEquals(seen.length, 2);
        assertStringIncludes(seen[1]!, "x/.flagstone-stage-");
        assertEquals(await textOf(storage, "x/a"), "body");
        assertEquals(place.names(root), ["x/", "x/a"]);
      },
    );
  }
  if (other !== null) await Deno.remove(other, { recursive: true });
});

// Other entries below the root

Deno.test("LocalFsAdapter reads, appends and lists beyond 2^31 bytes", async () => {
  await using place = new Place();
  const storage = place.adapter();
  const size = 2 ** 31 + 100;
  Deno.writeFileSync(place.path("big"), bytes("start"));
  Deno.truncateSync(place.path("big"), size);
  const info = await storage.append("big", bytes("end!"), { at: size });
  assertEquals([info.size, (await storage.stat("big"))?.size], [size + 4, size + 4]);
  for (
    const [range, expected] of [
      [{ start: 2 ** 31 + 98 }, "\0\0end!"],
      [{ start: size + 1, end: size + 3 }, "nd"],
      [{ last: 3 }, "nd!"],
      [{ start: 0, end: 6 }, "start\0"],
    ] as const
  ) {
    const found = await storage.read("big", { range });
    assertEquals(await new Response(found?.body).text(), expected);
    assertEquals(found?.info.size, size + 4);
  }
  assertEquals((await Array.fromAsync(storage.list()))[0]?.size, size + 4);
});

const FOREIGN_NAMES: Readonly<Record<string, string>> = {
  "a line break": "a\nb",
  "a control character": "bell\x07",
  "a C1 control character": "a\x85b",
  "a backslash": "back\\slash",
  "no NFC": "e\u0301",
  "the reserved prefix": ".flagstone-mine",
};

Deno.test("LocalFsAdapter.list() passes over what cannot be a key", async (t) => {
  for (const [why, name] of Object.entries(FOREIGN_NAMES)) {
    await t.step(`a file and a directory with ${why}`, async () => {
      await using place = new Place();
      const storage = place.adapter();
      await storage.write("m", bytes("mine"));
      await storage.write("z/m", bytes("mine"));
      Deno.writeTextFileSync(place.path(name), "foreign");
      Deno.mkdirSync(place.path(`${name}d`));
      Deno.writeTextFileSync(place.path(`${name}d/inside`), "foreign");
      Deno.writeTextFileSync(place.path(`z/${name}`), "foreign");
      const before = place.names();
      assertEquals(await keysOf(storage), ["m", "z/m"]);
      assertEquals(await keysOf(storage, "z/"), ["z/m"]);
      assertEquals(place.names(), before);
    });
  }
  await t.step("a name that is not UTF-8", async () => {
    await using place = new Place();
    await place.adapter().write("m", bytes("mine"));
    const args = ["-c", `touch "$1"/$'\\xff\\xfe' && mkdir "$1"/$'d\\xff'`, "-", place.root];
    const { success } = await new Deno.Command("bash", { args }).output();
    assert(success);
    assertEquals(await keysOf(place.adapter()), ["m"]);
  });
  await t.step("a pipe, which would never end", async () => {
    await using place = new Place();
    const storage = place.adapter();
    await storage.write("m", bytes("mine"));
    await new Deno.Command("mkfifo", { args: [place.path("pipe")] }).output();
    assertEquals(await keysOf(storage), ["m"]);
    await assertRefused(storage.read("pipe"), "PermissionDenied", "read()");
    await assertRefused(
      storage.append("pipe", bytes("x"), { at: 0 }),
      "PermissionDenied",
      "append()",
    );
    await assertRefused(storage.write("pipe", bytes("x")), "PermissionDenied", "write()");
  });
});

/** Every method on a key. */
function callsOn(storage: StorageAdapter, key: string): Record<string, () => Promise<unknown>> {
  return {
    stat: () => storage.stat(key),
    read: () => storage.read(key),
    write: () => storage.write(key, bytes("mine")),
    "write of a stream": () => storage.write(key, new Blob(["mine"]).stream()),
    "write if absent": () => storage.write(key, bytes("mine"), { precondition: "absent" }),
    "append at 0": () => storage.append!(key, bytes("mine"), { at: 0 }),
    "append at 7": () => storage.append!(key, bytes("mine"), { at: 7 }),
    delete: () => storage.delete(key),
  };
}

/** Links below the root, the key that leads through each, and whether its target exists. */
const LINKS = [
  ["a link to a file outside", "../outside/file", "link", true],
  ["a link to a directory outside", "../outside", "link/file", true],
  ["a link to a directory outside, for a new key", "../outside", "link/new", true],
  ["a link to a directory above", "..", "link/outside/file", true],
  ["a link to a file inside", "mine", "link", true],
  ["a link to itself", "link", "link", true],
  ["a dangling link as a file", "../outside/gone", "link", true],
  ["a dangling link as a directory", "../outside/gone", "link/file", false],
] as const;

for (const durable of [false, true]) {
  const name = durable ? "LocalFsAdapter that is durable" : "LocalFsAdapter";
  Deno.test(`${name} follows no symbolic link below its root`, async (t) => {
    for (const [what, target, key, isThere] of LINKS) {
      await t.step(what, async () => {
        await using place = new Place();
        const storage = place.adapter({ durable });
        Deno.writeTextFileSync(`${place.outside}/file`, "foreign");
        await storage.write("mine", bytes("as it was"));
        Deno.symlinkSync(target, place.path("link"));
        for (const [method, call] of Object.entries(callsOn(storage, key))) {
          // A dangling link to a directory has no entries.
          const mayFindNothing = !isThere && /^(stat|read|delete)$/.test(method);
          if (mayFindNothing) assertEquals(await call() ?? null, null, method);
          else {
            const { code, outcome } = await errorOf(call());
            assert(
              code === "PermissionDenied" ||
                (!isThere && /^(Conflict|Unavailable|Misconfigured)$/.test(code)),
              `${method}: ${code}`,
            );
            if (!/^(stat|read)$/.test(method)) assertEquals(outcome, "not-applied", method);
          }
        }
        assertEquals(await keysOf(storage), ["mine"]);
        assertEquals(await keysOf(storage, "link"), []);
        assertEquals(await textOf(storage, "mine"), "as it was");
        assertEquals(place.names(place.outside), ["file"]);
        assertEquals(Deno.readTextFileSync(`${place.outside}/file`), "foreign");
        assertEquals(place.names(), ["link", "mine"]);
      });
    }
  });
}

Deno.test("LocalFsAdapter works when its root itself is a symbolic link", async () => {
  await using place = new Place();
  Deno.symlinkSync(place.outside, place.path("link"));
  const storage = new LocalFsAdapter({ root: place.path("link") });
  await storage.write("x/a", bytes("1"));
  await storage.append("x/a", bytes("2"), { at: 1 });
  assertEquals(Deno.readTextFileSync(`${place.outside}/x/a`), "12");
  assertEquals(await keysOf(storage), ["x/a"]);
});

Deno.test("LocalFsAdapter keeps a file's mode when it writes and appends", async () => {
  await using place = new Place();
  const storage = place.adapter();
  const modeOf = () => (Deno.statSync(place.path("a")).mode ?? 0) & 0o7777;
  for (const mode of [0o600, 0o640, 0o664, 0o755, 0o444]) {
    const { size, version } = await storage.write("a", bytes("a"));
    Deno.chmodSync(place.path("a"), mode);
    await storage.append("a", bytes("+"), { at: size });
    assertEquals(modeOf(), mode, "append()");
    await storage.write("a", bytes("b"));
    assertEquals(modeOf(), mode, "write()");
    await storage.write("a", new Blob(["c"]).stream());
    assertEquals(modeOf(), mode, "write() of a stream");
    await assertRefused(
      storage.write("a", bytes("d"), { precondition: { version } }),
      "Conflict",
      "a stale write",
    );
    await storage.delete("a");
  }
});

// Syncs

/** Notes which files and directories are synced, by their inodes. */
async function syncedBy(action: () => Promise<unknown>): Promise<Set<number>> {
  const synced = new Set<number>();
  const { sync, syncSync, syncData, syncDataSync } = Deno.FsFile.prototype;
  const note = (file: Deno.FsFile): unknown => synced.add(file.statSync().ino ?? -1);
  await withFiles({
    sync(this: Deno.FsFile) {
      note(this);
      return sync.call(this);
    },
    syncSync(this: Deno.FsFile) {
      note(this);
      syncSync.call(this);
    },
    syncData(this: Deno.FsFile) {
      note(this);
      return syncData.call(this);
    },
    syncDataSync(this: Deno.FsFile) {
      note(this);
      syncDataSync.call(this);
    },
  }, action);
  return synced;
}

Deno.test("LocalFsAdapter syncs what a write needs to outlive a power loss when it is durable", async (t) => {
  await using place = new Place();
  const root = place.path("made/root");
  const storage = new LocalFsAdapter({ root, durable: true });
  const inode = (path: string): number => Deno.statSync(path).ino ?? -1;
  const body = bytes("body");
  const NEW_NAMES = ["", "/x", "/x/y"]; // directories, below the root, that got a new name
  const ROOTS = [place.root, place.path("made")];
  const cases: readonly (readonly [string, () => Promise<unknown>, readonly string[]])[] = [
    [
      "write() in new directories",
      () => storage.write("x/y/a", body),
      [...ROOTS, ...NEW_NAMES.map((name) => root + name), `${root}/x/y/a`],
    ],
    ["write()", () => storage.write("x/y/a", body), [`${root}/x/y`, `${root}/x/y/a`]],
    [
      "write() of a stream",
      () => storage.write("x/y/a", new Blob(["body"]).stream()),
      [`${root}/x/y`, `${root}/x/y/a`],
    ],
    ["append()", () => storage.append("x/y/a", body, { at: 4 }), [`${root}/x/y/a`]],
    [
      "rewrite()",
      () => storage.rewrite("x/y/a", () => ({ push: (bytes) => bytes, end: () => body })),
      [`${root}/x/y`, `${root}/x/y/a`],
    ],
    [
      "append() that makes",
      () => storage.append("x/z/b", body, { at: 0 }),
      [`${root}/x`, `${root}/x/z`, `${root}/x/z/b`],
    ],
    [
      "write() if absent",
      () => storage.write("c", body, { precondition: "absent" }),
      [root, `${root}/c`],
    ],
  ];
  for (const [name, act, paths] of cases) {
    await t.step(name, async () => {
      const synced = await syncedBy(act);
      assertEquals(paths.filter((path) => !synced.has(inode(path))), [], "not synced");
    });
  }
  await t.step("nothing where it is not durable", async () => {
    const plain = new LocalFsAdapter({ root });
    const synced = await syncedBy(async () => {
      await plain.write("p/q/a", body);
      await plain.append("p/q/a", body, { at: 4 });
    });
    assertEquals(synced.size, 0);
  });
});

Deno.test("LocalFsAdapter.write() says unknown when the directory cannot be synced", async () => {
  await using place = new Place();
  const storage = place.adapter({ durable: true });
  const error = await withFiles(
    { sync: () => Promise.reject(ioError()) },
    () => errorOf(storage.write("a", bytes("there, but for how long"))),
  );
  assertEquals(error.outcome, "unknown");
  assertEquals(await keysOf(storage), ["a"]);
});

// Roots, permissions, modes

Deno.test("LocalFsAdapter is Misconfigured when its root is a file or lies below one", async (t) => {
  await using place = new Place();
  Deno.writeTextFileSync(place.path("file"), "as it was");
  for (const durable of [false, true]) {
    for (const root of [place.path("file"), place.path("file/below"), place.path("file/b/c")]) {
      await t.step(`${durable ? "durable, " : ""}${root.slice(place.root.length)}`, async () => {
        const storage = new LocalFsAdapter({ root, durable });
        for (const key of ["a", "x/a"]) {
          for (const [method, call] of Object.entries(callsOn(storage, key))) {
            await assertRefused(call(), "Misconfigured", `${method} of ${key}`);
          }
        }
        await assertRefused(keysOf(storage), "Misconfigured", "list");
        assertEquals(Deno.readTextFileSync(place.path("file")), "as it was");
      });
    }
  }
});

const ONE_OF_EACH: readonly FsCall[] = [
  { method: "write", key: "a", length: 9 },
  { method: "write", key: "new/a", length: 9 },
  { method: "append", key: "old", at: 3, length: 9 },
  { method: "append", key: "b", length: 9 },
  { method: "delete", key: "old" },
];

Deno.test("LocalFsAdapter says PermissionDenied when Deno does not permit it", async (t) => {
  await using place = new Place();
  Deno.writeTextFileSync(place.path("old"), "old");
  const env = ["--allow-env"];
  await t.step("to write", async () => {
    const permissions = [...env, `--allow-read`];
    const { results } = await inProcess(place.root, ONE_OF_EACH, { permissions });
    for (const { code, outcome, message = "" } of results) {
      assertEquals([code, outcome], ["PermissionDenied", "not-applied"]);
      assertStringIncludes(message, `Requires write access to "${place.root}`);
      assert(message.endsWith(`, run again with --allow-write=${place.root}`), message);
    }
    assertEquals(place.names(), ["old"]);
  });
  await t.step("to read", async () => {
    const calls: readonly FsCall[] = [...ONE_OF_EACH, { method: "stat", key: "a" }, {
      method: "list",
    }];
    const { results } = await inProcess(place.root, calls, { permissions: env });
    for (const { code, message = "" } of results) {
      assertEquals(code, "PermissionDenied");
      assertStringIncludes(message, `Requires read access to "${place.root}`);
      assert(message.endsWith(`, run again with --allow-read=${place.root}`), message);
    }
  });
  await t.step("to create a directory above its root", async () => {
    const root = `${place.root}/above/root`;
    const permissions = [...env, `--allow-read`, `--allow-write=${root}`];
    const write: FsCall = { method: "write", key: "a", length: 9 };
    const { results } = await inProcess(root, [write], { permissions, durable: true });
    const says = `, run again with --allow-write=${place.root}/above`;
    assertEquals(results.map(({ message }) => message?.endsWith(says)), [true]);
  });
  await t.step("anything but its root", async () => {
    const permissions = [...env, `--allow-read=${place.root}`, `--allow-write=${place.root}`];
    const { results } = await inProcess(place.root, ONE_OF_EACH, { permissions });
    assertEquals(results.map(({ size, code }) => code ?? size), [9, 9, 12, 9, undefined]);
  });
});

Deno.test("LocalFsAdapter says PermissionDenied when the directory is read-only", async () => {
  await using place = new Place();
  Deno.writeTextFileSync(place.path("old"), "old");
  Deno.chmodSync(place.path("old"), 0o444);
  Deno.chmodSync(place.root, 0o555);
  const through = await boundByModes();
  // Root without the tool meets modes nowhere: then it is Deno that does not let it write.
  const how = through === null ? { permissions: ["--allow-read"] } : { through };
  const { results } = await inProcess(place.root, ONE_OF_EACH, how);
  for (const { code, outcome, message = "" } of results) {
    assertEquals([code, outcome], ["PermissionDenied", "not-applied"], message);
    assertStringIncludes(message, place.root);
  }
  assertEquals(place.names(), ["old"]);
  assertEquals(Deno.readTextFileSync(place.path("old")), "old");
  const { results: [read, list] } = await inProcess(
    place.root,
    [{ method: "stat", key: "old" }, { method: "list" }],
    how,
  );
  assertEquals([read?.size, list?.keys], [3, ["old"]]);
  Deno.chmodSync(place.root, 0o755);
});

Deno.test("LocalFsAdapter leaves no directory when a write or an append is refused", async () => {
  await using place = new Place();
  const storage = place.adapter();
  const version = "gone" as ObjectVersion;
  const body = bytes("body");
  const brokenBody = () =>
    new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.error(new Error("the source broke"));
      },
    });
  const refused: readonly (() => Promise<unknown>)[] = [
    () => storage.write("n/d/a", body, { precondition: { version } }),
    () => storage.write("n/d/a", brokenBody()),
    () => storage.write("n/d/a", new Blob(["abc"]).stream(), { size: 2 }),
    () => storage.append("n/d/a", body, { at: 5 }),
    () => storage.append("n/d/a", body, { at: 0, ifVersion: version }),
  ];
  for (const [i, call] of refused.entries()) {
    await errorOf(call());
    assertEquals(place.names(), [], `call ${i + 1}`);
  }
});

Deno.test("LocalFsAdapter.write() leaves an object alone when a key lies below it", async () => {
  await using place = new Place();
  for (const durable of [false, true]) {
    const storage = place.adapter({ durable });
    await storage.write("a", bytes("an object"));
    for (const key of ["a/b", "a/b/c"]) {
      for (const [method, call] of Object.entries(callsOn(storage, key))) {
        const what = `${method} of ${key}`;
        if (/^(stat|read|delete)$/.test(method)) {
          const code = await call().then((found) => found ?? null, (error) => error.code);
          assert(code === null || code === "Conflict", `${what}: ${code}`);
        } else await assertRefused(call(), "Conflict", what);
      }
    }
    assertEquals(await textOf(storage, "a"), "an object");
    assertEquals(place.names(), ["a"]);
  }
});

// The lock

const ADDING: LockCall = { attempt: { adapter: "local-fs", operation: "add to" } };
const LOCK_FILE: LockMode = { shared: false, timeoutMs: PATIENCE_MS, lockFile: true };

Deno.test("lockDirectory() with a lock file lets one in at a time across processes", async () => {
  await using place = new Place();
  Deno.writeTextFileSync(place.path("number"), "0");
  const args = [place.root, String(LOCK_TIMES)];
  const all = Array.from(
    { length: LOCK_PROCESSES },
    () => runScript(script("lock_racer"), { args }),
  );
  for (const { success, stderr } of await Promise.all(all)) assert(success, stderr);
  assertEquals(Deno.readTextFileSync(place.path("number")), `${LOCK_PROCESSES * LOCK_TIMES}`);
  assertEquals(place.names(), [".flagstone-lock", "number"]);
  assertEquals(await keysOf(place.adapter()), ["number"]);
});

Deno.test("lockDirectory() with a lock file lets one in at a time within a process", async () => {
  await using place = new Place();
  let inside = 0;
  let most = 0;
  await Promise.all(Array.from({ length: 16 }, async () => {
    const lock = await lockDirectory(place.root, ADDING, LOCK_FILE);
    most = Math.max(most, ++inside);
    await pause(1);
    inside--;
    lock.release();
  }));
  assertEquals(most, 1);
  await assertRejects(
    async () => await lockDirectory(place.path("none"), ADDING, LOCK_FILE),
    Deno.errors.NotFound,
  );
  (await lockDirectory(place.root, ADDING, LOCK_FILE)).release(); // whom the failure did not lock out
});

/** Holds the lock of a directory as another process does, while something is begun. */
async function whileLocked<T>(
  dir: string,
  begin: () => Promise<T>,
  meanwhile: () => unknown,
): Promise<T> {
  const handle = Deno.openSync(dir);
  handle.lockSync(true);
  const begun = begin();
  begun.catch(() => {});
  await pause(20);
  await meanwhile();
  handle.close();
  return await within(PATIENCE_MS, begun, "what waited for the lock");
}

Deno.test("LocalFsAdapter writes to the directory under the name when it was replaced while it waited", async (t) => {
  const calls: Readonly<Record<string, (storage: LocalFsAdapter) => Promise<unknown>>> = {
    "write()": (storage) => storage.write("d/a", bytes("mine")),
    "append()": (storage) => storage.append("d/a", bytes("mine"), { at: 0 }),
  };
  for (const [name, call] of Object.entries(calls)) {
    await t.step(`${name} when it was moved away and created again`, async () => {
      await using place = new Place();
      Deno.mkdirSync(place.path("d"));
      await whileLocked(place.path("d"), () => call(place.adapter()), () => {
        Deno.renameSync(place.path("d"), `${place.outside}/moved`);
        Deno.mkdirSync(place.path("d"));
      });
      assertEquals(place.names(), ["d/", "d/a"]);
      assertEquals(place.names(place.outside), ["moved/"]);
    });
    await t.step(`${name} when it was removed`, async () => {
      await using place = new Place();
      Deno.mkdirSync(place.path("d"));
      const remove = () => Deno.removeSync(place.path("d"));
      await whileLocked(place.path("d"), () => call(place.adapter()), remove);
      assertEquals(place.names(), ["d/", "d/a"]);
    });
  }
});

Deno.test("LocalFsAdapter waits for the lock of the directory that is under the name now", async () => {
  await using place = new Place();
  const dir = place.path("d");
  Deno.mkdirSync(dir);
  let isDone = false;
  let second: Deno.FsFile | undefined;
  const append = async () => {
    await place.adapter().append("d/a", bytes("mine"), { at: 0 });
    isDone = true;
  };
  const written = whileLocked(dir, append, () => {
    Deno.renameSync(dir, `${place.outside}/moved`);
    Deno.mkdirSync(dir);
    second = Deno.openSync(dir);
    second.lockSync(true);
  });
  await pause(60);
  assert(!isDone, "it wrote while another one had the lock");
  second?.close();
  await written;
  assertEquals(place.names(), ["d/", "d/a"]);
});

Deno.test("LocalFsAdapter.append() at an offset is a Conflict when the directory went while it waited", async () => {
  await using place = new Place();
  const storage = place.adapter();
  await storage.write("d/a", bytes("old"));
  const append = () => storage.append("d/a", bytes("mine"), { at: 3 });
  const remove = () => Deno.removeSync(place.path("d"), { recursive: true });
  const { code } = await errorOf(whileLocked(place.path("d"), append, remove));
  assertEquals(code, "Conflict");
  assertEquals(place.names(), []);
});

Deno.test("LocalFsAdapter reads on in the old object when it is replaced or deleted", async () => {
  await using place = new Place();
  const storage = place.adapter();
  const old = patternAt(0, 300 * KIB);
  for (const change of [() => storage.write("a", bytes("new")), () => storage.delete("a")]) {
    await storage.write("a", old);
    const found = await storage.read("a");
    const reader = found!.body.getReader();
    let length = 0;
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      if (length === 0) await change();
      assertEquals(differsAt(chunk.value, length), -1);
      length += chunk.value.length;
    }
    assertEquals(length, old.length);
  }
});

Deno.test("LocalFsAdapter.delete() never takes a directory from under a writer", async () => {
  await using place = new Place();
  const storages = [place.adapter(), place.adapter({ durable: true })];
  let made = 0;
  await Promise.all(Array.from({ length: PRUNE_WRITERS }, async (_, writer) => {
    const storage = storages[writer % 2]!;
    // The same directories for all, so that one removes them while another creates them.
    for (let round = 0; round < PRUNE_ROUNDS; round++) {
      const key = `d/e${round % 2}/f/${writer}`;
      if (writer % 4 < 2) await storage.write(key, bytes("x"));
      else await storage.append(key, bytes("x"), { at: 0 });
      made++;
      assertEquals((await storage.stat(key))?.size, 1);
      await storage.delete(key);
      assertEquals(await storage.stat(key), null);
    }
  }));
  assertEquals(made, PRUNE_WRITERS * PRUNE_ROUNDS);
  assertGreater(made, 0);
  assertEquals(place.names(), []);
});

Deno.test("LocalFsAdapter.delete() never takes a directory from under a writer of another process", async () => {
  await using place = new Place();
  const ended = await Promise.all(Array.from({ length: PRUNE_PROCESSES }, (_, i) => {
    const args = [place.root, `${i}`, String(PRUNE_TIMES), i === 0 ? "durable" : ""];
    return runScript(script("prune_racer"), { args });
  }));
  for (const { success, stderr } of ended) assert(success, stderr);
  assertEquals(place.names(), []);
});

Deno.test("append() adds nothing to a file that took the place of another since it was looked at", async () => {
  await using place = new Place();
  const storage = place.adapter();
  await storage.append("a", bytes("mine,"), { at: 0 });
  Deno.writeTextFileSync(place.path("b"), "other"); // of the same size
  const { openSync } = Deno;
  Deno.openSync = (path, options) => {
    if (options?.append) Deno.renameSync(place.path("b"), place.path("a"));
    return openSync(path, options);
  };
  try {
    const error = await assertRejects(
      () => storage.append("a", bytes("row"), { at: 5 }),
      StorageError,
    );
    assertEquals([error.code, error.outcome], ["Conflict", "not-applied"]);
  } finally {
    Deno.openSync = openSync;
  }
  assertEquals(Deno.readTextFileSync(place.path("a")), "other");
});

Deno.test("LocalFsAdapter lets timers and sockets have a turn while call follows call", async () => {
  await using place = new Place();
  const storage = place.adapter();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted = listener.accept();
  using _dialled = await Deno.connect({ port: listener.addr.port });
  let turns = 0;
  accepted.then((connection) => {
    connection.close();
    turns++;
  });
  const timer = setInterval(() => turns++, 1);
  for (let size = 0; size < 4000; size++) await storage.append("a", bytes("x"), { at: size });
  clearInterval(timer);
  assertGreater(turns, 2);
});

Deno.test("LocalFsAdapter knows what it published when another program takes it away at once", async (t) => {
  const calls: Readonly<Record<string, (storage: LocalFsAdapter) => Promise<ObjectInfo>>> = {
    "append() that makes the object": (storage) => storage.append("d/a", bytes("row"), { at: 0 }),
    "write()": (storage) => storage.write("d/a", bytes("row")),
    "write() of a new one": (storage) =>
      storage.write("d/a", bytes("row"), { precondition: "absent" }),
  };
  const takeAway: Readonly<Record<string, (place: Place) => void>> = {
    "by a rename": ({ root }) => Deno.renameSync(`${root}/d`, `${root}/e`),
    "for another file": ({ root }) => {
      Deno.renameSync(`${root}/d/a`, `${root}/d/old`);
      Deno.writeTextFileSync(`${root}/d/a`, "other, and longer");
    },
  };
  for (const [what, call] of Object.entries(calls)) {
    for (const [how, take] of Object.entries(takeAway)) {
      await t.step(`${what}, ${how}`, async () => {
        await using place = new Place();
        const { linkSync, renameSync } = Deno;
        const then = <A extends unknown[]>(publish: (...args: A) => void) => (...args: A): void => {
          Object.assign(Deno, { linkSync, renameSync });
          publish(...args);
          take(place);
        };
        Object.assign(Deno, { linkSync: then(linkSync), renameSync: then(renameSync) });
        try {
          const storage = place.adapter();
          const { size, version } = await call(storage);
          assertEquals(size, 3);
          const kept = await storage.stat(how === "by a rename" ? "e/a" : "d/old");
          assertEquals(version, kept?.version);
        } finally {
          Object.assign(Deno, { linkSync, renameSync });
        }
      });
    }
  }
});

Deno.test("LocalFsAdapter creates a directory again that vanished after it was reported to exist", async (t) => {
  for (const durable of [false, true]) {
    await t.step(durable ? "durable" : "not durable", async () => {
      await using place = new Place();
      const { mkdirSync } = Deno;
      let times = 0;
      Deno.mkdirSync = (path, options) => {
        if (++times > 3) return mkdirSync(path, options);
        throw new Deno.errors.AlreadyExists("File exists (os error 17)");
      };
      try {
        const storage = place.adapter({ durable });
        await storage.append("d/e/a", bytes("row"), { at: 0 });
        assertEquals(await textOf(storage, "d/e/a"), "row");
        Deno.writeTextFileSync(place.path("file"), "no directory");
        times = 0;
        await assertRefused(storage.write("file/a", bytes("row")), "Conflict", "below a file");
      } finally {
        Deno.mkdirSync = mkdirSync;
      }
    });
  }
});
