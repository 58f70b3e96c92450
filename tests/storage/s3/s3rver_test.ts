import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { walk } from "@std/fs/walk";
// deno-lint-ignore no-import-prefix -- large, and of this test alone: in deno.json every task would load it
import S3rver from "npm:s3rver@3.7.1";
import { CSVLogger } from "../../../src/loggers/csv_logger.ts";
import { readDataset } from "../../../src/reader/mod.ts";
import { probe } from "../../../src/storage/probe/mod.ts";
import { S3Adapter, type S3AdapterOptions } from "../../../src/storage/s3/mod.ts";
import type { StorageAdapter } from "../../../src/storage/storage_adapter.ts";
import { StorageError } from "../../../src/storage/storage_error.ts";
import { limited, observed, prefixed, retrying, timed } from "../../../src/storage/wrappers/mod.ts";
import { faulty } from "../../../src/testing/faulty/faulty.ts";
import { TempDir } from "../../helpers/temp_dir.ts";

const dir = new TempDir();
const server = new S3rver({
  port: 0,
  address: "127.0.0.1",
  silent: true,
  directory: dir.path,
  configureBuckets: [{ name: "flags", configs: [] }],
});
const { port } = await server.run();
Deno.test.afterAll(async () => {
  server.httpServer.closeAllConnections(); // fetch keeps its connections for 90 s
  await server.close();
  await dir[Symbol.asyncDispose]();
});

function makeStorage(options: Partial<S3AdapterOptions> = {}): S3Adapter {
  return new S3Adapter({
    ...options,
    endpoint: `http://127.0.0.1:${port}`,
    bucket: "flags",
    region: "us-east-1",
    accessKeyId: "S3RVER",
    secretAccessKey: "S3RVER",
  });
}

Deno.test("probe() finds that s3rver ignores conditions, and cleans up", async () => {
  const storage = makeStorage();
  const error = await assertRejects(() => probe(storage), StorageError);
  assertEquals(error.code, "Misconfigured");
  assertStringIncludes(
    error.message,
    'two of two writes of one key under the precondition "absent" (If-None-Match: *) were accepted',
  );
  assertEquals(await Array.fromAsync(storage.list()), []);
});

/** A store whose name is the way in which the loggers reach it. */
const WAYS: Readonly<Record<string, () => StorageAdapter>> = {
  directly: () => makeStorage(),
  "through prefixed()": () => prefixed(makeStorage(), "team"),
  "through the other wrappers": () =>
    observed(limited(timed(retrying(makeStorage()), 10_000), 4), () => {}),
  "through faulty()": () => faulty(makeStorage()),
};

for (const [way, open] of Object.entries(WAYS)) {
  for (const segments of [false, true]) {
    Deno.test(`CSVLogger refuses s3rver, which ignores conditions, ${way}, segments ${segments}`, async () => {
      const loggers = Array.from({ length: 4 }, () => {
        return new CSVLogger({ storage: open(), segments, verbose: false });
      });
      for (const logger of loggers) await logger.setup(["question"]);
      for (let i = 0; i < 5; i++) {
        const flagged = await Promise.allSettled(loggers.map((logger) => logger.flag([`${i}`])));
        for (const one of flagged) {
          assertEquals(one.status === "rejected" && one.reason.code, "Misconfigured");
        }
      }
      // By its files, because s3rver does not sort what it lists.
      const files = await Array.fromAsync(
        walk(dir.path, { includeDirs: false }),
        ({ path }) => path,
      );
      assertEquals(files.filter((path) => !path.includes("/flagged/flagstone-check")), []);
    });
  }
}

Deno.test("CSVLogger with segments keeps every sample on s3rver if the adapter uses no conditions", async () => {
  const open = () => makeStorage({ conditions: "none", prefix: "none" });
  const sent: string[] = [];
  const loggers = Array.from({ length: 4 }, () => {
    return new CSVLogger({ storage: open(), segments: true, verbose: false });
  });
  for (const logger of loggers) await logger.setup(["question"]);
  for (let i = 0; i < 5; i++) {
    await Promise.all(loggers.map((logger, n) => {
      sent.push(`${n}-${i}`);
      return logger.flag([`${n}-${i}`]);
    }));
  }
  const rows = await Array.fromAsync(readDataset(open(), "flagged/dataset1.csv"));
  assertEquals(rows.map(({ question }) => question!).sort(), sent.sort());
  await using shared = new CSVLogger({ storage: open(), verbose: false });
  await shared.setup(["question"]);
  const error = await assertRejects(() => shared.flag(["x"]), StorageError, "segments: true");
  assertEquals(error.code, "Unsupported");
});
