import { assert, assertEquals, assertRejects } from "@std/assert";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import { probe } from "../../src/storage/probe/mod.ts";
import { R2Adapter } from "../../src/storage/r2/mod.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { StorageError } from "../../src/storage/storage_error.ts";
import { observed, prefixed } from "../../src/storage/wrappers/mod.ts";
import { faulty } from "../../src/testing/faulty/faulty.ts";
import { keysOf } from "../helpers/dataset_check.ts";
import { FakeR2Bucket } from "../helpers/fake_r2_bucket.ts";
import { HttpS3 } from "../helpers/http_s3.ts";
import { instead } from "../helpers/stores.ts";

const FAULTS = { lostAnswer: 0.05, lostRequest: 0.05, lostRead: 0.05 };
const RETRY = { times: 100, budgetMs: 60_000, delayMs: 1 };

async function loggerOver(storage: StorageAdapter, retry = RETRY): Promise<CSVLogger> {
  const logger = new CSVLogger({ storage, verbose: false, retry });
  await logger.setup(["q"]);
  return logger;
}

/** The keys of the writes of a storage, as an array that grows. */
function watched(storage: StorageAdapter): { storage: StorageAdapter; writes: string[] } {
  const writes: string[] = [];
  const hook = ({ operation, key }: { operation: string; key?: string | undefined }): void => {
    if (operation === "write") writes.push(key!);
  };
  return { storage: observed(storage, hook), writes };
}

Deno.test("the first flag checks a store by two writes, once per adapter", async () => {
  await using s3 = new HttpS3();
  const open = await s3.listen();
  const puts: string[] = [];
  s3.onPut = (key) => puts.push(key);
  await using first = await loggerOver(open());
  await first.flag(["1"]); // the first check ever creates the object, and tries again
  assertEquals(puts.splice(0).toSorted(), [
    "flagged/dataset1.csv",
    "flagged/flagstone-check",
    "flagged/flagstone-check",
    "flagged/flagstone-check-swap",
  ]);
  const storage = open();
  await using second = await loggerOver(storage);
  await second.flag(["2"]);
  assertEquals(puts.splice(0).toSorted(), [
    "flagged/dataset1.csv",
    "flagged/flagstone-check",
    "flagged/flagstone-check-swap",
  ]);
  await using third = await loggerOver(storage);
  await third.flag(["3"]);
  assertEquals(puts, ["flagged/dataset1.csv"]);
  assertEquals([...s3.objects.keys()].sort(), ["flagged/dataset1.csv", "flagged/flagstone-check"]);
});

Deno.test("a store that ignores only one of the two conditions is refused before a row is written", async () => {
  for (const ignored of ["if-match", "if-none-match"] as const) {
    await using s3 = new HttpS3({ ignores: [ignored] });
    const open = await s3.listen();
    for (const _again of [1, 2]) {
      await using logger = await loggerOver(open());
      const error = await assertRejects(
        () => logger.flag(["1"]),
        StorageError,
        "conditional write",
      );
      const rows = [...s3.objects.keys()].filter((key) => !key.includes("/flagstone-check"));
      assertEquals([error.code, rows], ["Misconfigured", []], ignored);
    }
  }
});

Deno.test("the check of a prefixed storage writes below its prefix only", async () => {
  await using s3 = new HttpS3();
  const open = await s3.listen();
  await using logger = await loggerOver(prefixed(open(), "team/a"));
  await logger.flag(["1"]);
  for (const key of s3.objects.keys()) assert(key.startsWith("team/a/flagged/"), key);
});

Deno.test("the first flag repeats a check that the network failed", async () => {
  for (let seed = 1; seed <= 50; seed++) {
    const bucket = new R2Adapter(new FakeR2Bucket());
    await using logger = await loggerOver(faulty(bucket, { ...FAULTS, seed }));
    assertEquals(await logger.flag(["1"]), 1);
  }
});

Deno.test("the first flag repeats the probe() of an adapter without check()", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const memory = new MemoryAdapter({ capabilities: { append: "none" } });
    const storage = faulty(memory, { ...FAULTS, seed });
    await using logger = await loggerOver(
      instead(storage, { probe: () => probe(storage, { prefix: `${seed}` }) }),
    );
    assertEquals(await logger.flag(["1"]), 1);
  }
});

Deno.test("the check outlasts R2's limit of one write a second of one key", async () => {
  const bucket = new FakeR2Bucket();
  const put = bucket.put.bind(bucket);
  let now = 0;
  const written = new Map<string, number>();
  bucket.put = (key, ...rest) => {
    now += 300; // the milliseconds that each write takes
    if (now - (written.get(key) ?? -1000) < 1000) {
      throw new Error("put: Reduce your concurrent request rate for the same object. (10058)");
    }
    written.set(key, now);
    return put(key, ...rest);
  };
  const { storage, writes } = watched(new R2Adapter(bucket));
  await using logger = await loggerOver(storage);
  assertEquals(await logger.flag(["1"]), 1);
  assertEquals(writes.at(-1), "flagged/dataset1.csv");
  assertEquals((await keysOf(storage)).sort(), ["flagged/dataset1.csv", "flagged/flagstone-check"]);
});
