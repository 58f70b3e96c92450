import { assert, assertEquals, assertGreater, assertRejects } from "@std/assert";
import { escapeCell } from "../../src/csv/escape.ts";
import { DatasetLog } from "../../src/dataset/log/dataset_log.ts";
import type { Field } from "../../src/dataset/fields.ts";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import { randomFrom } from "../../src/testing/random.ts";
import { faulty } from "../../src/testing/faulty/faulty.ts";
import type { FaultyOptions } from "../../src/testing/faulty/options.ts";
import { LocalFsAdapter } from "../../src/storage/local_fs/mod.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { StorageError } from "../../src/storage/storage_error.ts";
import {
  complaints,
  datasetsIn,
  keysOf,
  type Sent,
  textOf,
  told,
} from "../helpers/dataset_check.ts";
import {
  awkward,
  found,
  type Log,
  MAX_PART_BYTES,
  PATIENCE_MS,
  play,
  playAll,
  tally,
  versionsOver,
} from "../helpers/play.ts";
import { TempDir } from "../helpers/temp_dir.ts";
import { within } from "../helpers/within.ts";

// A longer run raises these.
const SEEDS = 20;
const DISK_SEEDS = 4;
const MICROTASKS = 40; // the largest distance between two calls

const ENOUGH_TRIES = 10;

const BAD_DAY: FaultyOptions = {
  lostRequest: 0.05,
  lostAnswer: 0.1,
  lateRequest: 0.05,
  doubledRequest: 0.05,
};
const WORST_DAY: FaultyOptions = {
  lostRequest: 0.25,
  lostAnswer: 0.25,
  lateRequest: 0.15,
  doubledRequest: 0.1,
};
const BAD_READS: FaultyOptions = {
  lostRead: 0.1,
  brokenBody: 0.1,
  chop: 700,
  slow: 0.05,
  slowMs: 2,
};

const WRITE_MODES: Readonly<Record<string, () => StorageAdapter>> = {
  append: () => new MemoryAdapter(),
  rewrite: () => new MemoryAdapter({ capabilities: { append: "none", versions: "content" } }),
};

/** A careless log: adds to one file, and repeats every request that was not answered. */
class BlindLog implements Log {
  readonly #storage: StorageAdapter;

  constructor(storage: StorageAdapter) {
    this.#storage = storage;
  }

  async add(fields: readonly Field[]): Promise<number> {
    const cells = fields.map(({ cell }) => `"${(cell ?? "").replaceAll('"', '""')}"`);
    for (let tries = 0; tries < 100; tries++) {
      try {
        const size = (await this.#storage.stat("dataset1.csv"))?.size ?? 0;
        const lead = size === 0 ? "id,text,flag\r\n" : "";
        const bytes = new TextEncoder().encode(`${lead}${cells.join(",")}\r\n`);
        await this.#storage.append!("dataset1.csv", bytes, { at: size });
        return 1;
      } catch {
        await Promise.resolve(); // once more
      }
    }
    throw new StorageError("gave up", { code: "Unavailable", adapter: "", outcome: "unknown" });
  }
}

/** Three loggers flag on a bad day, a few samples at a time, so that there are many requests. */
async function keepEveryRow(base: StorageAdapter, seed: number): Promise<void> {
  const random = randomFrom(seed);
  const sent: Sent[] = [];
  const writers = [1, 2, 3].map(async (writer) => {
    const storage = faulty(base, { ...BAD_DAY, seed: 3 * seed + writer });
    const options = { storage, verbose: false, maxPartBytes: MAX_PART_BYTES };
    await using logger = new CSVLogger({ ...options, timestamp: (time) => `${writer}-${time}` });
    await logger.setup(["id", "text"], "");
    for (let round = 0; round < 5; round++) {
      await Promise.all([1, 2, 3].map(async (i) => {
        const [id, text] = [`w${writer}-${round}-${i}`, awkward(random)];
        const said = await told(logger.flag([id, text], "wrong"));
        sent.push({ id, cells: { id, text: escapeCell(text), flag: "wrong" }, told: said });
      }));
    }
    await storage.settle();
  });
  await within(PATIENCE_MS, Promise.all(writers), `loggers, seed ${seed}`);
  const datasets = (await datasetsIn(base)).map((dataset) => ({
    ...dataset,
    header: dataset.header.slice(0, -1),
    rows: dataset.rows.map((row) => row.slice(0, -1)),
  }));
  assertEquals(complaints(datasets, sent), [], `seed ${seed}`);
  assertEquals(datasets.length, 1);
}

for (const [writeMode, makeBase] of Object.entries(WRITE_MODES)) {
  Deno.test(`DatasetVersions keeps every row once on a bad day, writeMode ${writeMode}`, async () => {
    const plays = await playAll(SEEDS, (seed) => {
      return { base: makeBase(), faults: { ...BAD_DAY, ...BAD_READS }, seed };
    });
    assertGreater(plays.reduce((sum, { faults }) => sum + faults, 0), SEEDS * 10);
    const acknowledged = tally(plays, (one) => typeof one === "object");
    assertGreater(acknowledged / tally(plays, () => true), 0.9);
  });

  Deno.test(`DatasetVersions keeps every row once on the worst day, writeMode ${writeMode}`, async () => {
    const plays = await playAll(SEEDS, (seed) => {
      const times = seed % 2 === 0 ? ENOUGH_TRIES : 2;
      return { base: makeBase(), faults: WORST_DAY, seed, times };
    });
    // Some rows must be unknown, because otherwise no writer gave up.
    assertGreater(tally(plays, (one) => one === "unknown"), 0);
    assertGreater(tally(plays, (one) => typeof one === "object"), SEEDS * 50);
  });

  Deno.test(`DatasetVersions returns the number of rows after the worst day, writeMode ${writeMode}`, async () => {
    const base = makeBase();
    const { sent } = await play({ base, faults: WORST_DAY, seed: 99, times: 2 });
    const log = versionsOver(base, 0);
    const fields = [
      { column: "id", cell: "last" },
      { column: "text", cell: "" },
      { column: "flag", cell: "" },
    ];
    const count = await log.add(fields);
    const last = { id: "last", cells: { id: "last" }, told: { count } };
    assertEquals(await found(base, [...sent, last]), []);
  });

  Deno.test(`CSVLogger keeps every row once on a bad day, writeMode ${writeMode}`, async () => {
    for (let seed = 1; seed <= SEEDS; seed++) await keepEveryRow(makeBase(), seed);
  });

  Deno.test(`CSVLogger.flag() resolves if it is called while another flag resolves, writeMode ${writeMode}`, async () => {
    for (let distance = 0; distance < MICROTASKS; distance++) {
      const logger = new CSVLogger({ storage: makeBase(), verbose: false });
      await logger.setup(["a"]);
      await logger.flag(["before"]);
      const first = logger.flag(["first"]);
      for (let i = 0; i < distance; i++) await Promise.resolve();
      const second = logger.flag(["second"]);
      const what = `the flag ${distance} microtasks after another`;
      assertEquals(await within(1000, Promise.all([first, second]), what), [2, 3]);
    }
  });
}

Deno.test("CSVLogger.flag() resolves if it is called while another flag resolves, on the disk", async () => {
  await using dir = new TempDir();
  for (let distance = 0; distance < MICROTASKS; distance++) {
    const logger = new CSVLogger({ verbose: false });
    await logger.setup(["a"], `${dir.path}/${distance}`);
    await logger.flag(["before"]);
    const first = logger.flag(["first"]);
    for (let i = 0; i < distance; i++) await Promise.resolve();
    const second = logger.flag(["second"]);
    const what = `the flag ${distance} microtasks after another`;
    assertEquals(await within(1000, Promise.all([first, second]), what), [2, 3]);
  }
});

Deno.test("DatasetLog.append() accepts the next row as soon as one is acknowledged", async () => {
  const log = await DatasetLog.open(new MemoryAdapter(), "a.csv");
  log.claim(["id"]);
  const both = async () => [await log.append(["1"]), await log.append(["2"])];
  assertEquals(await within(1000, both(), "the second row"), [1, 2]);
});

for (const [name, faults] of Object.entries({ bad: BAD_DAY, worst: WORST_DAY })) {
  Deno.test(`DatasetVersions keeps every row once on the disk, on the ${name} day`, async () => {
    await using dir = new TempDir();
    await playAll(DISK_SEEDS, (seed) => {
      const base = new LocalFsAdapter({ root: `${dir.path}/${seed}` });
      return { base, faults: { ...faults, ...BAD_READS }, seed };
    });
  });
}

/** An adapter with some methods replaced. */
function instead(
  base: StorageAdapter,
  methods: Partial<Pick<StorageAdapter, "append" | "write">>,
): StorageAdapter {
  const append = methods.append ?? base.append?.bind(base);
  return {
    name: base.name,
    capabilities: base.capabilities,
    stat: (key, options) => base.stat(key, options),
    read: (key, options) => base.read(key, options),
    write: methods.write ?? ((key, body, options) => base.write(key, body, options)),
    delete: (key, options) => base.delete(key, options),
    list: (options) => base.list(options),
    ...(append === undefined ? {} : { append }),
  };
}

Deno.test("DatasetVersions keeps a row once when it arrives late after a repair", async () => {
  // The row is delayed; another program tears the file; the repair restores the file's length; only
  // then the row arrives a second time.
  const base = new MemoryAdapter();
  await base.write("dataset1.csv", new TextEncoder().encode("id\r\nbefore\r\n"));
  let late: (() => Promise<unknown>) | undefined;
  let wasLate = false;
  const storage = instead(base, {
    async append(key, bytes, options) {
      if (wasLate) return await base.append!(key, bytes, options);
      wasLate = true;
      const copy = bytes.slice();
      late = () => base.append!(key, copy, options);
      await base.append!(key, new TextEncoder().encode('"torn'), options);
      throw new StorageError("lost", { code: "Unavailable", adapter: "", outcome: "unknown" });
    },
    async write(key, body, options) {
      const info = await base.write(key, body, options);
      if (key === "dataset1.csv") await late?.().catch(() => {});
      return info;
    },
  });
  const said = await told(
    versionsOver(storage, ENOUGH_TRIES).add([{ column: "id", cell: "late" }]),
  );
  const before = { id: "before", cells: { id: "before" }, told: { count: 1 } };
  assertEquals(await found(base, [before, { id: "late", cells: { id: "late" }, told: said }]), []);
});

Deno.test("DatasetVersions sends waiting rows in one request", async () => {
  let requests = 0;
  const base = new MemoryAdapter();
  const storage = instead(base, {
    append(key, bytes, options) {
      requests++;
      return base.append!(key, bytes, options);
    },
  });
  const log = versionsOver(storage, 0);
  await log.add([{ column: "id", cell: "first" }]);
  await Promise.all(
    Array.from({ length: 200 }, (_, i) => log.add([{ column: "id", cell: `${i}` }])),
  );
  assert(requests <= 4, `${requests} requests for 201 rows`);
});

Deno.test("DatasetVersions.add() rejects with the outcome unknown when every answer is lost", async () => {
  for (const [writeMode, makeBase] of Object.entries(WRITE_MODES)) {
    const base = makeBase();
    const log = versionsOver(faulty(base, { lostAnswer: 1 }), 3);
    const error = await assertRejects(() => log.add([{ column: "id", cell: "1" }]), StorageError);
    assertEquals(error.outcome, "unknown", writeMode);
    assertEquals(await textOf(base, "dataset1.csv"), "id\r\n1\r\n");
  }
});

Deno.test("DatasetVersions.add() resolves when the row landed and its answer was lost", async () => {
  for (const [writeMode, makeBase] of Object.entries(WRITE_MODES)) {
    const base = makeBase();
    // Only refusals arrive: the second attempt is refused because the first one landed.
    const deaf = instead(base, {
      ...(base.append === undefined ? {} : {
        append: async (key, bytes, options) => {
          await base.append!(key, bytes, options);
          throw new StorageError("lost", { code: "TimedOut", adapter: "", outcome: "unknown" });
        },
      }),
      write: async (key, body, options) => {
        await base.write(key, body, options);
        throw new StorageError("lost", { code: "TimedOut", adapter: "", outcome: "unknown" });
      },
    });
    const log = versionsOver(deaf, 3);
    for (const count of [1, 2, 3]) {
      assertEquals(await log.add([{ column: "id", cell: `${count}` }]), count, writeMode);
    }
    assertEquals(await textOf(base, "dataset1.csv"), "id\r\n1\r\n2\r\n3\r\n");
    assertEquals(await keysOf(base), ["dataset1.csv"]);
  }
});

Deno.test("complaints() finds duplicates of a log that repeats blindly", async () => {
  let duplicated = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    const log = (storage: StorageAdapter) => new BlindLog(storage);
    const played = await play({ base: new MemoryAdapter(), faults: BAD_DAY, seed, log });
    duplicated += played.complaints.filter((one) => / stored \d+ times/.test(one)).length;
  }
  assertGreater(duplicated, SEEDS);
});

Deno.test("complaints() finds each way to break the promise", async (t) => {
  const sent: Sent[] = [
    { id: "a", cells: { id: "a", text: "x" }, told: { count: 1 } },
    { id: "b", cells: { id: "b", text: 'y"\n' }, told: { count: 2 } },
    { id: "c", cells: { id: "c", text: "" }, told: "unknown" },
    { id: "d", cells: { id: "d" }, told: "refused" },
  ];
  const good = 'id,text\r\na,x\r\nb,"y""\n"\r\n';
  const cases: readonly (readonly [name: string, text: string, complaint: RegExp | null])[] = [
    ["nothing", good, null],
    ["nothing where an unknown row is there", `${good}c,\r\n`, null],
    ["a lost row", "id,text\r\na,x\r\n", /b: acknowledged but lost/],
    ["a row that is there twice", `${good}a,x\r\n`, /a: stored 2 times/],
    ["an unknown row that is there twice", `${good}c,\r\nc,\r\n`, /c: stored 2 times/],
    ["a refused row", `${good}d,\r\n`, /not applied/],
    ["a second header", `${good}id,text\r\n`, /second header/],
    ["a changed cell", good.replace("a,x", "a,z"), /cell "text" differs/],
    ["a torn row", 'id,text\r\na,x\r\nb,"y', /MalformedCsv/],
    ["glued rows", good.replace("x\r\n", "x"), /length|Malformed/],
    [
      "rows in another order than was told",
      'id,text\r\nb,"y""\n"\r\na,x\r\n',
      /acknowledged as row/,
    ],
    ["foreign headers", good.replace("text", "else"), /without the column/],
  ];
  for (const [name, text, complaint] of cases) {
    await t.step(name, async () => {
      const base = new MemoryAdapter();
      await base.write("dataset1.csv", new TextEncoder().encode(text));
      const said = await found(base, sent);
      if (complaint === null) assertEquals(said, []);
      else assert(said.some((one) => complaint.test(one)), JSON.stringify(said));
    });
  }
});
