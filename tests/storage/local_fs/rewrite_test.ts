import { assert, assertEquals, assertGreater, assertLess, assertRejects } from "@std/assert";
import { LocalFsAdapter, type LocalFsAdapterOptions } from "../../../src/storage/local_fs/mod.ts";
import type { ByteFilter, StorageAdapter } from "../../../src/storage/storage_adapter.ts";
import { hasCode, StorageError } from "../../../src/storage/storage_error.ts";
import { keysOf, textOf } from "../../helpers/dataset_check.ts";
import { startScript } from "../../helpers/deno.ts";
import type { WriterJob, WriterLine } from "../../helpers/flag_writer.ts";
import { holdLock } from "../../helpers/hold_lock.ts";
import { linesOf } from "../../helpers/lines.ts";
import { withoutRows } from "../../helpers/row_filter.ts";
import { flagId, idsIn, loggerWithIds } from "../../helpers/sample_ids.ts";
import { parseStrictly } from "../../helpers/strict_csv.ts";
import { TempDir } from "../../helpers/temp_dir.ts";
import { WRAPPINGS } from "../../helpers/wrappings.ts";

// A longer run raises these.
const REWRITES = 20;
const WRITERS = 2;
const KILLS = 10;

const EVERY_MS = 5;
const OLD_ROWS = 40_000;
const BLOCK_BYTES = 256 * 1024;

const script = (name: string): URL => new URL(`../../helpers/${name}.ts`, import.meta.url);
const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** A directory with an object of several blocks. */
class Place implements AsyncDisposable {
  readonly #dir: TempDir = new TempDir();
  readonly root: string = this.#dir.path;
  readonly path: string = `${this.root}/a.csv`;
  readonly text: string = "keep\r\ndrop\r\n".repeat(BLOCK_BYTES / 4);

  constructor() {
    Deno.writeTextFileSync(this.path, this.text);
  }

  adapter(options: Omit<LocalFsAdapterOptions, "root"> = {}): LocalFsAdapter {
    return new LocalFsAdapter({ root: this.root, ...options });
  }

  /** The names in the directory, staged files included. */
  names(): string[] {
    return [...Deno.readDirSync(this.root)].map(({ name }) => name).sort();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#dir[Symbol.asyncDispose]();
  }
}

/** The text of a file; `null` if there is none. */
function contentAt(path: string): string | null {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return null;
  }
}

const withoutDrop = (): ByteFilter => withoutRows((record) => record === "drop");

/** Acts once while the filter has bytes that were read without the lock. */
function meanwhile(act: () => void, makeFilter: () => ByteFilter = withoutDrop): () => ByteFilter {
  let isFirst = true;
  return () => {
    const filter = makeFilter();
    const push = (bytes: Uint8Array): Uint8Array => {
      if (isFirst) act();
      isFirst = false;
      return filter.push(bytes);
    };
    return { push, end: () => filter.end() };
  };
}

Deno.test("LocalFsAdapter.rewrite() replaces an object by what the filter keeps, with its mode", async () => {
  await using place = new Place();
  Deno.chmodSync(place.path, 0o640);
  const storage = place.adapter();
  const before = await storage.stat("a.csv");
  const opened = await storage.read("a.csv");
  const info = await storage.rewrite("a.csv", withoutDrop);
  assertEquals(info, await storage.stat("a.csv"));
  assert(info?.version !== before?.version && info!.modified! > before!.modified!);
  assertEquals(await textOf(storage, "a.csv"), place.text.replaceAll("drop\r\n", ""));
  if (Deno.build.os !== "windows") assertEquals(Deno.statSync(place.path).mode! & 0o777, 0o640);
  // A reader goes on in the old object.
  assertEquals(await new Response(opened!.body).text(), place.text);
  assertEquals(place.names(), ["a.csv"]);
});

Deno.test("LocalFsAdapter.rewrite() passes each byte once, in their order, then the end", async () => {
  await using place = new Place();
  const storage = place.adapter();
  let passed = "";
  const more = "appended\r\n".repeat(BLOCK_BYTES / 5);
  const append = () => Deno.writeTextFileSync(place.path, more, { append: true });
  const decoder = new TextDecoder();
  const makeFilter = meanwhile(append, () => ({
    push(bytes) {
      passed += decoder.decode(bytes);
      return new Uint8Array();
    },
    end: () => bytes("the end"),
  }));
  const info = await storage.rewrite("a.csv", makeFilter);
  assertEquals(passed, place.text + more);
  assertEquals(info?.size, "the end".length);
  assertEquals(await textOf(storage, "a.csv"), "the end");
  await storage.write("empty", new Uint8Array());
  await storage.rewrite("empty", makeFilter);
  assertEquals(await textOf(storage, "empty"), "the end");
});

Deno.test("LocalFsAdapter.rewrite() returns null if there is no such object", async () => {
  await using place = new Place();
  const storage = place.adapter();
  await storage.write("dir/b", bytes("b"));
  for (const key of ["b", "none/b", "dir"]) {
    assertEquals(await storage.rewrite(key, withoutDrop), null);
  }
  const error = await assertRejects(() => storage.rewrite("../b", withoutDrop), StorageError);
  assertEquals(error.code, "InvalidKey");
  assertEquals(place.names(), ["a.csv", "dir"]);
});

Deno.test("LocalFsAdapter.rewrite() refuses an object that was not only appended to meanwhile", async (t) => {
  const CHANGES: Readonly<Record<string, (path: string) => void>> = {
    "replaced by an equal one": (path) => {
      Deno.copyFileSync(path, `${path}.new`);
      Deno.renameSync(`${path}.new`, path);
    },
    "a byte was changed": (path) => {
      using file = Deno.openSync(path, { write: true });
      file.writeSync(bytes("K"));
    },
    "two words changed places": (path) => {
      using file = Deno.openSync(path, { read: true, write: true });
      const words = new Uint8Array(8);
      file.readSync(words);
      file.seekSync(0, Deno.SeekMode.Start);
      file.writeSync(Uint8Array.of(...words.subarray(4), ...words.subarray(0, 4)));
    },
    "its last byte was changed": (path) => {
      using file = Deno.openSync(path, { write: true });
      file.seekSync(-1, Deno.SeekMode.End);
      file.writeSync(bytes("\r"));
    },
    "it was cut": (path) => Deno.truncateSync(path, Deno.statSync(path).size - 1),
    "its end was replaced": (path) => {
      Deno.truncateSync(path, Deno.statSync(path).size - 3);
      Deno.writeTextFileSync(path, "x\r\nkeep\r\n", { append: true });
    },
    "it was deleted": (path) => Deno.removeSync(path),
  };
  for (const [what, change] of Object.entries(CHANGES)) {
    await t.step(what, async () => {
      await using place = new Place();
      const storage = place.adapter();
      let left: string | null = null;
      let pushes = 0;
      const makeFilter = (): ByteFilter => {
        const filter = withoutDrop();
        const push = (bytes: Uint8Array): Uint8Array => {
          // All bytes were read once.
          if (++pushes === Math.ceil(place.text.length / BLOCK_BYTES)) {
            change(place.path);
            left = contentAt(place.path);
          }
          return filter.push(bytes);
        };
        return { push, end: () => filter.end() };
      };
      const error = await storage.rewrite("a.csv", makeFilter).catch((error) => error);
      assert(hasCode(error, "Conflict"), String(error));
      assertEquals((error as StorageError).outcome, "not-applied");
      assertEquals(contentAt(place.path), left);
      assertEquals(place.names(), left === null ? [] : ["a.csv"]);
    });
  }
});

Deno.test("LocalFsAdapter.rewrite() changes nothing if the filter throws, or the signal is aborted", async (t) => {
  const boom = new Error("boom");
  const throwing: Readonly<Record<string, () => ByteFilter>> = {
    "when it is made": () => {
      throw boom;
    },
    "in the middle": meanwhile(() => {
      throw boom;
    }),
    "at the end": () => ({
      push: (bytes) => bytes,
      end() {
        throw boom;
      },
    }),
  };
  await using place = new Place();
  const storage = place.adapter();
  const before = await storage.stat("a.csv");
  for (const [when, makeFilter] of Object.entries(throwing)) {
    await t.step(`it throws ${when}`, async () => {
      const error = await assertRejects(() => storage.rewrite("a.csv", makeFilter), StorageError);
      assertEquals([error.cause, error.outcome], [boom, "not-applied"]);
    });
  }
  await t.step("the signal is aborted", async () => {
    const controller = new AbortController();
    const makeFilter = meanwhile(() => controller.abort());
    const { signal } = controller;
    const error = await assertRejects(
      () => storage.rewrite("a.csv", makeFilter, { signal }),
      StorageError,
    );
    assertEquals([error.code, error.outcome], ["Aborted", "not-applied"]);
  });
  await t.step("others keep the lock", async () => {
    const impatient = place.adapter({ lockTimeoutMs: 50 });
    const release = await holdLock(place.root);
    const error = await assertRejects(() => impatient.rewrite("a.csv", withoutDrop), StorageError);
    assertEquals([error.code, error.outcome], ["TimedOut", "not-applied"]);
    await release();
  });
  assertEquals(await storage.stat("a.csv"), before);
  assertEquals(place.names(), ["a.csv"]);
});

Deno.test("LocalFsAdapter.rewrite() follows no symbolic link", async () => {
  await using place = new Place();
  Deno.symlinkSync(place.path, `${place.root}/link`);
  const error = await assertRejects(
    () => place.adapter().rewrite("link", withoutDrop),
    StorageError,
  );
  assertEquals(error.code, "PermissionDenied");
  assertEquals(Deno.readTextFileSync(place.path), place.text);
});

for (const [name, { wrap }] of Object.entries(WRAPPINGS)) {
  Deno.test(`${name} passes a rewrite on`, async () => {
    await using dir = new TempDir();
    const storage: StorageAdapter = wrap(new LocalFsAdapter({ root: dir.path }));
    await storage.write("a", bytes("keep\r\ndrop\r\nkeep\r\n"));
    const info = await storage.rewrite!("a", withoutDrop);
    assertEquals([info?.key, info?.size], ["a", 12]);
    assertEquals(await textOf(storage, "a"), "keep\r\nkeep\r\n");
    assertEquals(await storage.rewrite!("b", withoutDrop), null);
    const error = await assertRejects(
      () =>
        storage.rewrite!("a", () => {
          throw new Error("boom");
        }),
      StorageError,
    );
    assertEquals([error.key, error.outcome], ["a", "not-applied"]);
  });
}

Deno.test("a logger goes on after a person's rows were removed by a rewrite", async () => {
  await using dir = new TempDir();
  const storage = new LocalFsAdapter({ root: dir.path });
  await using logger = await loggerWithIds(storage);
  for (let i = 1; i <= 9; i++) assertEquals(await flagId(logger, `${i}`), i);
  await storage.rewrite("dataset1.csv", () => withoutRows((record) => /^[258],/.test(record)));
  assertEquals(await flagId(logger, "10"), 7);
  for (const known of ["1", "9", "10"]) assertEquals(await flagId(logger, known), 7);
  assertEquals(await flagId(logger, "2"), 8);
  assertEquals(await idsIn(storage), ["1", "3", "4", "6", "7", "9", "10", "2"]);
});

/** A writer process, and the rows that it was told are stored. */
class Writer {
  readonly acknowledged: string[] = [];
  readonly #child: Deno.ChildProcess;
  readonly #lines: Promise<void>;
  readonly #errors: Promise<string>;

  constructor(job: WriterJob) {
    this.#child = startScript(script("flag_writer"), { args: [JSON.stringify(job)] });
    this.#errors = new Response(this.#child.stderr).text();
    this.#lines = this.#note();
  }

  async #note(): Promise<void> {
    for await (const line of linesOf(this.#child.stdout)) {
      const { id, count, code }: WriterLine = JSON.parse(line);
      assert(count !== undefined, `${id} was rejected: ${code}`);
      this.acknowledged.push(id);
    }
  }

  async flags(count: number): Promise<void> {
    const wanted = this.acknowledged.length + count;
    while (this.acknowledged.length < wanted) await new Promise((done) => setTimeout(done, 1));
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    const { signal } = await this.#child.status;
    await this.#lines;
    assertEquals(signal, "SIGKILL", await this.#errors);
  }
}

/** Creates a dataset of many rows, so that a copy of it takes longer than the pause between two flags. */
function fill(root: string, ids: readonly string[]): void {
  const rows = ids.map((id) => `${id},${id.padEnd(100, ".")},2026-01-31 12:34:56.789000\r\n`);
  Deno.writeTextFileSync(`${root}/dataset1.csv`, `id,text,timestamp\r\n${rows.join("")}`);
}

/** Starts writers, each of which flags for ever. */
function startWriters(root: string): Writer[] {
  return Array.from({ length: WRITERS }, (_, i) => {
    return new Writer({ root, writer: `w${i}`, rows: 1_000_000, everyMs: EVERY_MS });
  });
}

/** The ids in a dataset, which must be whole. */
function idsAt(root: string): string[] {
  const [header, ...rows] = parseStrictly(Deno.readTextFileSync(`${root}/dataset1.csv`));
  assertEquals(header, ["id", "text", "timestamp"]);
  assertEquals(rows.filter((row) => row.length !== 3), []);
  return rows.map(([id]) => id!);
}

/** The person of a row of a writer: its number tells. */
const PERSONS = REWRITES + 5;
const personOf = (id: string): number => Number(id.split("-")[1]) % PERSONS;

Deno.test(`LocalFsAdapter.rewrite() removes the rows of ${REWRITES} persons while ${WRITERS} processes flag every ${EVERY_MS} ms`, async () => {
  await using dir = new TempDir();
  const root = dir.path;
  fill(root, Array.from({ length: OLD_ROWS }, (_, i) => `old-${i}`));
  const storage = new LocalFsAdapter({ root });
  const writers = startWriters(root);
  /** For each person, the rows that were acknowledged before their removal. */
  const removed: ReadonlySet<string>[] = [];
  try {
    await Promise.all(writers.map((writer) => writer.flags(PERSONS)));
    for (let person = 0; person < REWRITES; person++) {
      const before = new Set(writers.flatMap(({ acknowledged }) => acknowledged));
      const isTheirs = (record: string): boolean => {
        const [id = ""] = record.split(",", 1);
        return /^(w\d|old)-\d/.test(id) && personOf(id) === person;
      };
      let tries = 0;
      const attempt = () => storage.rewrite("dataset1.csv", () => (tries++, withoutRows(isTheirs)));
      const info = await attempt().catch((error) => {
        if (hasCode(error, "Conflict")) return attempt();
        throw error;
      });
      assert(info !== null && tries <= 2);
      removed.push(before);
      await Promise.all(writers.map((writer) => writer.flags(5)));
    }
  } finally {
    await Promise.all(writers.map((writer) => writer.kill()));
  }
  const ids = idsAt(root);
  const found = new Set(ids);
  assertEquals(found.size, ids.length, "a row is there twice");
  assertGreater(found.size, OLD_ROWS / PERSONS);
  for (const id of writers.flatMap(({ acknowledged }) => acknowledged)) {
    const before = removed[personOf(id)];
    if (before === undefined) assert(found.has(id), `${id} is lost`);
    else if (before.has(id)) assert(!found.has(id), `${id} is still there`);
  }
  for (let i = 0; i < OLD_ROWS; i++) {
    assertEquals(found.has(`old-${i}`), i % PERSONS >= REWRITES, `old-${i}`);
  }
  assertEquals([...Deno.readDirSync(root)].map(({ name }) => name), ["dataset1.csv"]);
});

Deno.test(`LocalFsAdapter.rewrite() leaves the old object or the new one when it is killed ${KILLS} times`, async () => {
  await using dir = new TempDir();
  const root = dir.path;
  const persons = 400;
  const old = Array.from({ length: OLD_ROWS }, (_, i) => `${i % 20 === 0 ? "gone" : "old"}-${i}`)
    .map((id, i) => id.startsWith("gone") ? `gone-${(i / 20) % persons}` : id);
  fill(root, old);
  const writers = startWriters(root);
  let person = 0;
  try {
    await Promise.all(writers.map((writer) => writer.flags(1)));
    for (let kill = 0; kill < KILLS; kill++) {
      const args = [root, "dataset1.csv", String(person)];
      const child = startScript(script("rewrite_forever"), { args });
      const errors = new Response(child.stderr).text();
      let timer: ReturnType<typeof setTimeout> | undefined;
      for await (const line of linesOf(child.stdout)) {
        // The first process removes somebody's rows, however slow this machine is.
        if (kill > 0 || line !== "ready") {
          timer ??= setTimeout(() => child.kill("SIGKILL"), Math.random() * 300);
        }
        if (line !== "ready") person = Number(line) + 1;
      }
      assertEquals((await child.status).signal, "SIGKILL", await errors);
    }
    await Promise.all(writers.map((writer) => writer.flags(1)));
  } finally {
    await Promise.all(writers.map((writer) => writer.kill()));
  }
  assertGreater(person, 0);
  assertLess(person, persons);
  const ids = idsAt(root);
  const found = new Set(ids);
  const others = [
    ...old.filter((id) => id.startsWith("old")),
    ...writers.flatMap((w) => w.acknowledged),
  ];
  assertEquals(others.filter((id) => !found.has(id)), []);
  const kept = ids.filter((id) => !id.startsWith("gone"));
  assertEquals(new Set(kept).size, kept.length, "a row is there twice");
  // The rows of a person are all there or all gone; what was reported as removed is gone.
  const left = Map.groupBy(ids.filter((id) => id.startsWith("gone")), (id) => Number(id.slice(5)));
  for (const [one, rows] of left) {
    assert(one >= person, `gone-${one} is there`);
    assertEquals(rows.length, OLD_ROWS / 20 / persons);
  }
  // What the killed processes staged is no object, and is reaped.
  assertEquals(await keysOf(new LocalFsAdapter({ root, reapAfterMs: -1 })), ["dataset1.csv"]);
  assertEquals([...Deno.readDirSync(root)].map(({ name }) => name), ["dataset1.csv"]);
});
