import { assert, assertEquals } from "@std/assert";
import { file } from "../../src/components/file.ts";
import { value } from "../../src/components/value.ts";
import { createLogger } from "../../src/loggers/create_logger.ts";
import { openDataset } from "../../src/reader/mod.ts";
import { LocalFsAdapter } from "../../src/storage/local_fs/mod.ts";
import { S3Adapter } from "../../src/storage/s3/mod.ts";
import { check, copy, purge, repair, verify } from "../../src/upkeep/mod.ts";
import { keysOf, textOf } from "../helpers/dataset_check.ts";
import { R2Server } from "../helpers/r2_server.ts";
import { TempDir } from "../helpers/temp_dir.ts";

const GONE = "ada@example";
const LOGGERS = 4;
const PAUSE_MS = 100;

Deno.test("upkeep on a bucket loses no row of loggers that go on, and leaves none of the person", async () => {
  await using server = await R2Server.start(2);
  const options = server.takeBucket();
  const fields = { text: value<string>(), picture: file() };
  const acknowledged: string[] = [];
  let isOver = false;
  const loggers = Array.from({ length: LOGGERS }, async (_, i) => {
    const storage = new S3Adapter(options);
    const logger = createLogger(fields, { storage, maxPartBytes: 20_000, segments: i % 2 === 1 });
    for (let n = 0; !isOver; n++) {
      const username = n % 3 === 0 ? GONE : "lin";
      const text = `${i}-${n} of ${username}`;
      await logger.flag({ text, picture: new File([text], "a.png") }, { username });
      acknowledged.push(text);
      await new Promise((done) => setTimeout(done, PAUSE_MS));
    }
  });
  const storage = new S3Adapter(options);
  while (acknowledged.length < 40) await new Promise((done) => setTimeout(done, 20));
  for (let round = 0; round < 3; round++) {
    await purge(storage, "flagged", { username: GONE }, { apply: true });
    await repair(storage, "flagged", { apply: true });
    const { length } = acknowledged;
    while (acknowledged.length < length + 20) await new Promise((done) => setTimeout(done, 20));
  }
  isOver = true;
  await Promise.all(loggers);
  await purge(storage, "flagged", { username: GONE }, { apply: true });
  const rows = await Array.fromAsync((await openDataset(storage, "flagged")).rows());
  const texts = rows.map(({ values }) => values.text!);
  const kept = acknowledged.filter((text) => !text.includes(GONE));
  assertEquals(texts.toSorted(), kept.toSorted());
  for (const key of await keysOf(storage)) {
    assert(!(await textOf(storage, key)).includes(GONE), key);
  }
  const found = await Array.fromAsync(verify(storage, "flagged", { files: true }));
  assertEquals(found.filter(({ severity }) => severity === "error"), []);
  // To the local disk, and equal there.
  await using dir = new TempDir();
  const disk = { storage: new LocalFsAdapter({ root: dir.path }), directory: "copy" };
  const source = { storage, directory: "flagged" };
  await Array.fromAsync(copy(source, disk, { apply: true }));
  const compared = await Array.fromAsync(check(source, disk, { download: true }));
  assertEquals(compared.filter(({ status }) => status !== "="), []);
});
