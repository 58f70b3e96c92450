import { assertEquals, assertGreater } from "@std/assert";
import { readDataset } from "../../src/reader/mod.ts";
import { ChatCSVLogger } from "../../src/loggers/chat_csv_logger.ts";
import { ClassicCSVLogger } from "../../src/loggers/classic_csv_logger.ts";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import { HttpS3 } from "../helpers/http_s3.ts";

const FLAGS = 40;

async function textsIn(storage: Parameters<typeof readDataset>[0], key: string, column: string) {
  return await Array.fromAsync(readDataset(storage, key), (row) => row[column]);
}

Deno.test("a row is stored once when fetch sends its PUT again after a connection broke", async () => {
  let puts = 0;
  await using s3 = new HttpS3({ breakAfterPut: (key) => key.endsWith(".csv") && ++puts % 2 === 0 });
  const open = await s3.listen();
  await using logger = new CSVLogger({ storage: open(), verbose: false });
  await logger.setup(["question"]);
  const sent = Array.from({ length: FLAGS }, (_, i) => `sample ${i}`);
  for (const [i, text] of sent.entries()) assertEquals(await logger.flag([text]), i + 1);
  assertGreater(s3.broken, FLAGS / 4); // else nothing was tried
  assertEquals(await textsIn(open(), "flagged/dataset1.csv", "question"), sent);
});

Deno.test("rows of two loggers are stored once when their PUTs are sent again", async () => {
  let puts = 0;
  await using s3 = new HttpS3({ breakAfterPut: (key) => key.endsWith(".csv") && ++puts % 3 === 0 });
  const open = await s3.listen();
  await using one = new ClassicCSVLogger({ storage: open(), verbose: false });
  await using two = new ClassicCSVLogger({ storage: open(), verbose: false });
  await Promise.all([one.setup(["question"]), two.setup(["question"])]);
  const sent = Array.from({ length: FLAGS }, (_, i) => `sample ${i}`);
  for (let i = 0; i < FLAGS; i += 2) {
    await Promise.all([one.flag([sent[i]]), two.flag([sent[i + 1]])]);
  }
  assertGreater(s3.broken, 5);
  assertEquals((await textsIn(open(), "flagged/log.csv", "question")).sort(), sent.toSorted());
});

Deno.test("a chat message is stored once when its PUT is sent again", async () => {
  let puts = 0;
  await using s3 = new HttpS3({ breakAfterPut: (key) => key.endsWith(".csv") && ++puts % 2 === 0 });
  const open = await s3.listen();
  await using logger = new ChatCSVLogger({ storage: open(), verbose: false });
  await logger.setup("chat");
  for (let index = 0; index < 10; index++) await logger.flag({ index, value: "5" }, ["2 + 2?"]);
  assertGreater(s3.broken, 2);
  const indices = await textsIn(open(), "chat/log.csv", "index");
  assertEquals(indices, Array.from({ length: 10 }, (_, i) => `${i}`));
});
