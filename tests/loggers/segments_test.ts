import { assert, assertEquals, assertMatch } from "@std/assert";
import { readDataset } from "../../src/reader/mod.ts";
import { ClassicCSVLogger } from "../../src/loggers/classic_csv_logger.ts";
import { CSVLogger, type CSVLoggerOptions } from "../../src/loggers/csv_logger.ts";
import { SimpleCSVLogger } from "../../src/loggers/simple_csv_logger.ts";
import { LocalFsAdapter } from "../../src/storage/local_fs/mod.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { hasCode, StorageError } from "../../src/storage/storage_error.ts";
import { keysOf, textOf } from "../helpers/dataset_check.ts";
import { instead } from "../helpers/stores.ts";
import { parseStrictly } from "../helpers/strict_csv.ts";
import { TempDir } from "../helpers/temp_dir.ts";

const LOGGERS = 6;
const BATCHES = 8;
const LONGEST_WAIT_MS = 10_000;

const NOTHING = { append: "none", create: "none", swap: "none", versions: "content" } as const;
const STORES: Readonly<Record<string, () => StorageAdapter>> = {
  append: () => new MemoryAdapter(),
  rewrite: () => new MemoryAdapter({ capabilities: { append: "none" } }),
  "write-once": () => new MemoryAdapter({ capabilities: NOTHING }),
  "write-once, without metadata": () =>
    new MemoryAdapter({ capabilities: { ...NOTHING, metadata: false } }),
};

/** Notes conflicts and the keys of mutations. */
function watched(base: StorageAdapter) {
  const conflicts: string[] = [];
  const changed: string[] = [];
  const watch = async <T>(key: string, made: Promise<T>): Promise<T> => {
    changed.push(key);
    try {
      return await made;
    } catch (error) {
      if (hasCode(error, "Conflict")) conflicts.push(key);
      throw error;
    }
  };
  const storage = instead(base, {
    write: (key, body, options) => watch(key, base.write(key, body, options)),
    ...(base.append === undefined ? {} : {
      append: (key, bytes, options) => watch(key, base.append!(key, bytes, options)),
    }),
  });
  return { storage, conflicts, changed };
}

async function segmented(
  storage: StorageAdapter,
  labels: readonly string[],
  options: CSVLoggerOptions = {},
): Promise<CSVLogger> {
  const logger = new CSVLogger({ storage, verbose: false, segments: true, ...options });
  await logger.setup(labels, "");
  return logger;
}

for (const [name, make] of Object.entries(STORES)) {
  Deno.test(`CSVLogger with segments writes separate files for each logger, ${name}`, async () => {
    const base = make();
    const { storage, conflicts, changed } = watched(base);
    const loggers = await Promise.all(
      Array.from({ length: LOGGERS }, () => segmented(storage, ["id"], { maxPartBytes: 200 })),
    );
    await loggers[0]!.flag(["0-0-0"]); // settles the header: the others find it
    const before = conflicts.length;
    const expected = new Set(["0-0-0"]);
    await Promise.all(loggers.map(async (logger, i) => {
      let count = i === 0 ? 1 : 0;
      for (let batch = 0; batch < BATCHES; batch++) {
        const ids = [1, 2, 3].map((n) => `${i}-${batch}-${n}`);
        for (const id of ids) expected.add(id);
        const counts = await Promise.all(ids.map((id) => logger.flag([id])));
        assertEquals(counts, [count + 1, count + 2, count + 3]);
        count += 3;
      }
    }));
    assertEquals(conflicts.slice(before), []);
    const rows = await Array.fromAsync(readDataset(base, "dataset1.csv"));
    assertEquals(rows.map(({ id }) => id!).sort(), [...expected].sort());
    for (const key of await keysOf(base)) {
      assertMatch(key, /^dataset1(\.w[0-9a-f]{20}(\.\d+)?)?\.csv$/);
      assertEquals(parseStrictly(await textOf(base, key))[0], ["id", "timestamp"]);
    }
    if (name.startsWith("write-once")) {
      assertEquals(new Set(changed).size, changed.length, "written twice");
    }
    assertEquals(loggers[0]!.writeMode, name.split(",")[0] as "append");
  });

  Deno.test(`CSVLogger with segments keeps a version for each header, ${name}`, async () => {
    const storage = make();
    const one = await segmented(storage, ["a"]);
    const two = await segmented(storage, ["b"]);
    const three = await segmented(storage, ["a"]);
    assertEquals([await one.flag(["1"]), await two.flag(["2"]), await three.flag(["3"])], [
      1,
      1,
      1,
    ]);
    assertEquals([await one.flag(["1"], "wrong"), await two.flag(["2"])], [1, 2]);
    const found: string[][] = [];
    const files = new Set((await keysOf(storage)).map((key) => key.replace(/\..*/, ".csv")));
    for (const file of files) {
      for await (const { timestamp: _, ...row } of readDataset(storage, file)) {
        found.push(Object.entries(row).flat());
      }
    }
    assertEquals(found.sort(), [["a", "1"], ["a", "1", "flag", "wrong"], ["a", "3"], ["b", "2"], [
      "b",
      "2",
    ]]);
    for (const key of await keysOf(storage)) {
      const [header, ...rows] = parseStrictly(await textOf(storage, key));
      assert(rows.every((row) => row.length === header!.length), key);
    }
  });

  Deno.test(`SimpleCSVLogger with segments keeps every row, ${name}`, async () => {
    const storage = make();
    const ids: string[] = [];
    for (const logger of [1, 2]) {
      await using simple = new SimpleCSVLogger({ storage, segments: true });
      await simple.setup(["id", "text"], "");
      for (let count = 1; count <= 4; count++) {
        ids.push(`${logger}-${count}`);
        assertEquals(await simple.flag([`${logger}-${count}`, "x"]), count);
      }
    }
    const rows: string[][] = [];
    for (const key of await keysOf(storage)) {
      rows.push(...parseStrictly(await textOf(storage, key)));
    }
    assertEquals(rows.map(([id]) => id!).sort(), ids);
  });
}

Deno.test("ClassicCSVLogger with segments keeps its columns", async () => {
  const storage = new MemoryAdapter({ capabilities: NOTHING });
  await using logger = new ClassicCSVLogger({ storage, segments: true });
  await logger.setup(["a"], "");
  assertEquals([await logger.flag(["1"]), await logger.flag(["2"], "x", "ada")], [1, 2]);
  const rows = await Array.fromAsync(readDataset(storage, "log.csv"));
  assertEquals(rows.map(({ a, flag, username }) => [a, flag, username]), [["1", "", ""], [
    "2",
    "x",
    "ada",
  ]]);
});

Deno.test("a logger without segments says what to do on a store that has neither append nor swap", async () => {
  const storage = new MemoryAdapter({ capabilities: NOTHING });
  await using logger = new CSVLogger({ storage, verbose: false });
  await logger.setup(["a"]);
  const error = await logger.flag(["1"]).catch((error) => error);
  assert(hasCode(error, "Unsupported") && /segments: true/.test(error.message), String(error));
  assertEquals(await keysOf(storage), []);
});

Deno.test("CSVLogger with segments keeps acknowledged rows when a write arrives after it was given up", async () => {
  const base = new MemoryAdapter({ capabilities: NOTHING });
  let late: (() => Promise<unknown>) | undefined;
  let isDeaf = false;
  const storage = instead(base, {
    write(key, body, options) {
      if (!isDeaf || !(body instanceof Uint8Array)) return base.write(key, body, options);
      const copy = body.slice();
      late = () => base.write(key, copy, options);
      // "Unknown" is not tried again for seconds.
      const error = { code: "Unknown", adapter: "memory", outcome: "unknown" } as const;
      return Promise.reject(new StorageError("lost", error));
    },
  });
  const logger = await segmented(storage, ["id"]);
  await logger.flag(["before"]);
  isDeaf = true;
  const started = Date.now();
  const error = await logger.flag(["given up"]).catch((error) => error);
  assert(Date.now() - started < LONGEST_WAIT_MS);
  assert(error instanceof StorageError && error.outcome === "unknown", String(error));
  isDeaf = false;
  await logger.flag(["after"]);
  await late?.();
  await logger.flag(["last"]);
  const rows = await Array.fromAsync(readDataset(base, "dataset1.csv"));
  const ids = rows.map(({ id }) => id);
  for (const id of ["before", "after", "last"]) {
    assertEquals(ids.filter((one) => one === id).length, 1, `${id} in ${ids}`);
  }
});

Deno.test("CSVLogger with segments logs to the local disk", async () => {
  await using dir = new TempDir();
  const storage = new LocalFsAdapter({ root: dir.path });
  const loggers = await Promise.all([1, 2, 3].map(() => segmented(storage, ["id"])));
  await Promise.all(loggers.map((logger, i) => logger.flag([`${i}`], "wrong")));
  const rows = await Array.fromAsync(readDataset(storage, "dataset1.csv"));
  assertEquals(rows.map(({ id }) => id!).sort(), ["0", "1", "2"]);
});

Deno.test("CSVLogger with segments keeps rows under their own headers when two loggers create the dataset", async () => {
  const memory = new MemoryAdapter({ capabilities: { append: "none", versions: "content" } });
  // Both find nothing, and create the file at the same time.
  const storage = instead(memory, {
    async write(key, body, options) {
      await new Promise((done) => setTimeout(done, 5));
      return await memory.write(key, body, options);
    },
  });
  const open = async (label: string) => {
    const logger = new CSVLogger({ storage, segments: true, verbose: false, probe: false });
    await logger.setup([label], "");
    return logger;
  };
  const loggers = [await open("a"), await open("b")];
  for (const text of ["first", "second"]) {
    await Promise.all(loggers.map((logger) => logger.flag([text])));
  }
  for (const logger of loggers) await logger[Symbol.asyncDispose]();
  const found: string[] = [];
  for (const dataset of ["dataset1.csv", "dataset2.csv"]) {
    for await (const { timestamp: _, ...row } of readDataset(memory, dataset)) {
      found.push(JSON.stringify(row));
    }
  }
  const expected = ["a", "b"].flatMap((label) => [`{"${label}":"first"}`, `{"${label}":"second"}`]);
  assertEquals(found.sort(), expected.sort());
  const headers = await Promise.all(
    ["dataset1.csv", "dataset2.csv"].map((key) => textOf(memory, key)),
  );
  assertEquals(headers.sort(), ["a,timestamp\r\n", "b,timestamp\r\n"]);
});
