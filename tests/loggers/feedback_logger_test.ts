import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { file, MemoryAdapter, value } from "@flagstone/flagging";
import { FeedbackLogger, type FeedbackLoggerOptions } from "@flagstone/flagging/http";
import { readDataset } from "@flagstone/flagging/dataset";
import { TempDir } from "../helpers/temp_dir.ts";

const COMPONENTS = { question: value<string>(), answer: value<string>() };
const SAMPLE = { question: "2 + 2?", answer: "5" };

function make(options: FeedbackLoggerOptions<typeof COMPONENTS> = {}) {
  const storage = new MemoryAdapter();
  return { storage, logger: new FeedbackLogger(COMPONENTS, { storage, ...options }) };
}

async function rowsIn(storage: MemoryAdapter) {
  const key = "flagged/dataset1.csv";
  if (await storage.stat(key) === null) return []; // nothing was saved
  return await Array.fromAsync(readDataset(storage, key));
}

Deno.test("FeedbackLogger saves every column in a fixed order, whatever is given", async () => {
  const { storage, logger } = make();
  assertEquals(await logger.flag(SAMPLE), 1);
  const all = { reason: "r", comment: "c", subject: "s", replaces: "a" };
  assertEquals(await logger.flag(SAMPLE, { ...all, flag: "bad", username: "ada", id: "b" }), 2);
  const [first, second] = await rowsIn(storage);
  assertEquals(Object.keys(first!), [
    ...["question", "answer", "flag", "reason", "comment"],
    ...["username", "subject", "replaces", "id", "timestamp"],
  ]);
  assertEquals(Object.values(first!).slice(2, 8), ["", "", "", "", "", ""]);
  assertEquals(Object.values(second!).slice(2, 9), ["bad", "r", "c", "ada", "s", "a", "b"]);
});

Deno.test("FeedbackLogger logs to the local disk without a storage", async () => {
  await using dir = new TempDir();
  const logger = new FeedbackLogger(COMPONENTS, { directory: dir.path });
  await logger.flag(SAMPLE, { flag: "good" });
  assert((await Deno.readTextFile(`${dir.path}/dataset1.csv`)).startsWith("question,answer,flag"));
  assertEquals([logger.directory, logger.datasetFile], ["", "dataset1.csv"]);
});

Deno.test("FeedbackLogger refuses what its dataset has no place for, and saves nothing", async () => {
  const { storage, logger } = make({ columns: ["subject"] });
  await assertRejects(
    () => logger.flag(SAMPLE, { comment: "c" }),
    TypeError,
    "with a comment as the dataset has no such column",
  );
  await assertRejects(() => logger.flag(SAMPLE, { id: "" }), TypeError, "empty id");
  // @ts-expect-error: answer is missing
  await assertRejects(() => logger.flag({ question: "q" }), TypeError, 'missing "answer"');
  // @ts-expect-error: there is no such option
  await assertRejects(() => logger.flag(SAMPLE, { flags: "x" }), TypeError, '"flag"?');
  assertEquals(await rowsIn(storage), []);
  const taken = { ...COMPONENTS, comment: value<string>() };
  assertThrows(() => new FeedbackLogger(taken), TypeError, '"comment" has the name of a column');
  assertThrows(() => make({ sampleRate: 1.5 }), RangeError, "current value is 1.5");
  assertThrows(() => make({ flaggingMode: "always" as never }), TypeError, '"always"');
  assertThrows(() => make({ dir: "x" } as never), TypeError, 'did you mean "directory"?');
});

Deno.test("logPrediction() saves a prediction once for its subject, and only in mode auto", async () => {
  for (const flaggingMode of ["manual", "auto", "never"] as const) {
    const { storage, logger } = make({ flaggingMode });
    for (let i = 0; i < 2; i++) {
      const { subject, isSaved } = await logger.logPrediction(SAMPLE, { subject: "m-1" });
      assertEquals([subject, isSaved], ["m-1", flaggingMode === "auto"]);
    }
    assertEquals((await rowsIn(storage)).length, flaggingMode === "auto" ? 1 : 0);
  }
  const { logger } = make({ flaggingMode: "never" });
  await assertRejects(() => logger.flag(SAMPLE), Error, '"never"');
});

Deno.test("the sample rate is met, and decides alike for a subject in every logger", async () => {
  const { storage, logger } = make({ flaggingMode: "auto", sampleRate: 0.25 });
  const subjects = Array.from({ length: 2000 }, (_, i) => `message-${i}`);
  const saved = [];
  for (const subject of subjects) {
    if ((await logger.logPrediction(SAMPLE, { subject })).isSaved) saved.push(subject);
  }
  assert(saved.length > 425 && saved.length < 575, `${saved.length} of 2000`); // four deviations
  assertEquals((await rowsIn(storage)).map(({ subject }) => subject), saved);
  const other = make({ flaggingMode: "auto", sampleRate: 0.25 });
  for (const subject of subjects.slice(0, 200)) {
    const { isSaved } = await other.logger.logPrediction(SAMPLE, { subject });
    assertEquals(isSaved, saved.includes(subject));
  }
  const none = make({ flaggingMode: "auto", sampleRate: 0 });
  assert(!(await none.logger.logPrediction(SAMPLE)).isSaved);
  await none.logger.flag(SAMPLE, { flag: "bad", subject: "message-0" }); // a verdict is saved always
  assertEquals((await rowsIn(none.storage)).length, 1);
});

Deno.test("redact runs before anything is stored, and its failure stores nothing, not even a file", async () => {
  const storage = new MemoryAdapter();
  const components = { text: value<string>(), picture: file() };
  const logger = new FeedbackLogger(components, {
    storage,
    flaggingMode: "auto",
    redact({ data, comment }) {
      if (data.text === "fail") throw new Error("on purpose");
      return {
        data: { ...data, text: data.text.replace(/\S+@\S+/g, "[mail]") },
        comment: comment.replace(/\S+@\S+/g, "[mail]"),
      };
    },
  });
  const picture = new File(["x"], "a.png");
  const mail = "ada@example.com";
  await logger.flag({ text: `write to ${mail}`, picture }, { flag: "bad", comment: mail });
  await logger.logPrediction({ text: mail, picture: null });
  const before = (await Array.fromAsync(storage.list())).map(({ key }) => key);
  await assertRejects(
    () => logger.flag({ text: "fail", picture }),
    Error,
    "redact function failed",
  );
  assertEquals((await Array.fromAsync(storage.list())).map(({ key }) => key), before);
  const rows = await rowsIn(storage);
  assertEquals(rows.map(({ text, comment }) => [text, comment]), [
    ["write to [mail]", "[mail]"],
    ["[mail]", ""],
  ]);
});

Deno.test("readDataset() with current returns the rows that stand, also with uniqueBy", async () => {
  const { storage, logger } = make();
  const flag = (id: string, flag: string, more: { replaces?: string; subject?: string } = {}) =>
    logger.flag(flag === "" ? null : SAMPLE, { id, flag, ...more });
  await flag("a", "good", { subject: "1" });
  await flag("b", "bad", { subject: "1", replaces: "a" });
  await flag("c", "good", { subject: "2" });
  await flag("d", "", { subject: "2", replaces: "c" });
  await flag("e", "good", { subject: "3" });
  await flag("f", "bad", { subject: "3" }); // in another tab
  const read = async (uniqueBy?: string) => {
    const rows = readDataset(storage, "flagged/dataset1.csv", { current: true, uniqueBy });
    return (await Array.fromAsync(rows)).map(({ id }) => id);
  };
  assertEquals(await read(), ["b", "e", "f"]);
  assertEquals(await read("subject"), ["b", "f"]);
});

Deno.test("readDataset() with current never returns a row and the one that replaces it", async () => {
  const storage = new MemoryAdapter();
  const loggers = ["a", "b"].map((id) => {
    return { id, logger: new FeedbackLogger(COMPONENTS, { storage, segments: true }) };
  });
  for (const { id, logger } of loggers) await logger.flag(SAMPLE, { id, flag: "good" });
  const seen: string[] = [];
  for await (const { id } of readDataset(storage, "flagged/dataset1.csv", { current: true })) {
    seen.push(id!);
    if (seen.length > 1) continue;
    // The other logger's file is read next, and has a row that replaces the returned one by then.
    const { logger } = loggers.find((other) => other.id !== id)!;
    await logger.flag(SAMPLE, { id: "c", flag: "bad", replaces: id! });
  }
  assertEquals(seen.sort(), ["a", "b"]);
});
