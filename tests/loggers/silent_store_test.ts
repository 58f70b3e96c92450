import { assertEquals, assertRejects } from "@std/assert";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import { readDataset } from "../../src/reader/mod.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import { R2Adapter } from "../../src/storage/r2/mod.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { StorageError } from "../../src/storage/storage_error.ts";
import { FakeR2Bucket } from "../helpers/fake_r2_bucket.ts";
import { HttpS3 } from "../helpers/http_s3.ts";
import { instead } from "../helpers/stores.ts";
import { within } from "../helpers/within.ts";

const TIMEOUT_MS = 300;
const PATIENCE_MS = 20_000;
const KEY = "flagged/dataset1.csv";
const NEVER = new Promise<never>(() => {});

async function loggerOver(storage: StorageAdapter, times: number): Promise<CSVLogger> {
  const retry = { times, delayMs: 1 };
  const logger = new CSVLogger({ storage, verbose: false, probe: false, retry });
  await logger.setup(["q"]);
  return logger;
}

async function textsIn(storage: StorageAdapter): Promise<(string | undefined)[]> {
  return await Array.fromAsync(readDataset(storage, KEY), ({ q }) => q);
}

Deno.test("flag() stores a row once when the store applies it and never answers", async () => {
  let silent = 0;
  await using s3 = new HttpS3({ isSilent: (method) => method === "PUT" && silent-- > 0 });
  const open = await s3.listen({ timeoutMs: TIMEOUT_MS });
  await using logger = await loggerOver(open(), 5);
  await logger.flag(["1"]);
  silent = 2;
  assertEquals(await within(PATIENCE_MS, logger.flag(["2"]), "flag()"), 2);
  assertEquals(await textsIn(open()), ["1", "2"]);
});

Deno.test("flag(), later flags and disposal end when S3 never answers", async () => {
  let silent = false;
  await using s3 = new HttpS3({ isSilent: (method) => method === "PUT" && silent });
  const open = await s3.listen({ timeoutMs: TIMEOUT_MS });
  const logger = await loggerOver(open(), 0);
  await logger.flag(["1"]);
  silent = true;
  const flags = Promise.allSettled([logger.flag(["2"]), logger.flag(["3"])]);
  await within(PATIENCE_MS, logger[Symbol.asyncDispose](), "disposal");
  const [result] = await flags;
  const error = result?.status === "rejected" ? result.reason : undefined;
  assertEquals([error?.code, error?.outcome], ["TimedOut", "unknown"]);
  silent = false;
  await using next = await loggerOver(open(), 0);
  await next.flag(["4"]);
  assertEquals((await textsIn(open())).at(-1), "4");
});

Deno.test("reading rejects when S3 stops in the middle of a body", async () => {
  let silent = false;
  await using s3 = new HttpS3({ isSilent: (method) => method === "GET" && silent });
  const open = await s3.listen({ timeoutMs: TIMEOUT_MS });
  await using logger = await loggerOver(open(), 0);
  await logger.flag(["1"]);
  silent = true;
  const error = await assertRejects(
    () => within(PATIENCE_MS, textsIn(open()), "reading"),
    StorageError,
  );
  assertEquals(error.code, "TimedOut");
});

Deno.test("flag() and disposal end when an R2 binding never answers", async () => {
  const bucket = new FakeR2Bucket();
  const put = bucket.put.bind(bucket);
  let silent = false;
  bucket.put = (...args) => silent ? NEVER : put(...args);
  const storage = new R2Adapter(bucket, { timeoutMs: TIMEOUT_MS });
  const logger = await loggerOver(storage, 0);
  await logger.flag(["1"]);
  silent = true;
  const flag = assertRejects(() => logger.flag(["2"]), StorageError);
  await within(PATIENCE_MS, logger[Symbol.asyncDispose](), "disposal");
  const { code, outcome } = await flag;
  assertEquals([code, outcome], ["TimedOut", "unknown"]);
});

Deno.test("flag() rejects immediately when maxBacklog samples wait, and works later", async () => {
  const base = new MemoryAdapter();
  const gate = Promise.withResolvers<void>();
  const storage = instead(base, {
    async append(key, bytes, options) {
      await gate.promise;
      return await base.append!(key, bytes, options);
    },
  });
  await using logger = new CSVLogger({ storage, verbose: false, maxBacklog: 3 });
  await logger.setup(["q"]);
  const waiting = [1, 2, 3].map((n) => logger.flag([`${n}`]));
  const error = await assertRejects(() => logger.flag(["4"]), StorageError, "maxBacklog");
  assertEquals([error.code, error.outcome], ["Unavailable", "not-applied"]);
  gate.resolve();
  assertEquals(await Promise.all(waiting), [1, 2, 3]);
  assertEquals(await logger.flag(["5"]), 4);
  assertEquals(await textsIn(base), ["1", "2", "3", "5"]);
});
