import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { createLogger, file, files, MemoryAdapter, value } from "@flagstone/flagging";
import { readDataset } from "@flagstone/flagging/dataset";
import { faulty } from "../../src/testing/faulty/faulty.ts";
import { textOf } from "../helpers/dataset_check.ts";
import { TempDir } from "../helpers/temp_dir.ts";

const fields = { prompt: value<string>(), score: value<number>() };

function make(options: Parameters<typeof createLogger>[1] = {}) {
  const storage = new MemoryAdapter();
  return { storage, logger: createLogger(fields, { storage, ...options }) };
}

Deno.test("createLogger() logs values under their keys, whatever their order", async () => {
  const { storage, logger } = make();
  assertEquals([logger.datasetFile, logger.writeMode], [null, null]);
  assertEquals(await logger.flag({ prompt: "a", score: 1 }, { flag: "wrong", username: "ada" }), 1);
  assertEquals(await logger.flag({ score: 2, prompt: "b" }), 2);
  assertEquals(
    await logger.flag({ score: 3, prompt: "c" }, { flag: undefined, username: null }),
    3,
  );
  assertEquals([logger.datasetFile, logger.writeMode], ["flagged/dataset1.csv", "append"]);
  const text = await textOf(storage, "flagged/dataset1.csv");
  assertEquals(text.split("\r\n").map((line) => line.replace(/[^,]*$/, "")), [
    "prompt,score,flag,username,",
    "a,1,wrong,ada,",
    "b,2,,,",
    "c,3,,,",
    "",
  ]);
});

Deno.test("createLogger() refuses a missing and an unknown key, and writes nothing", async () => {
  const { storage, logger } = make();
  const keys = 'its keys must be "prompt", "score": ';
  await assertRejects(
    // @ts-expect-error: score is missing
    () => logger.flag({ prompt: "a" }),
    TypeError,
    `${keys}missing "score", unknown none`,
  );
  await assertRejects(
    // @ts-expect-error: scores is unknown
    () => logger.flag({ prompt: "a", scores: 1 }),
    TypeError,
    `${keys}missing "score", unknown "scores"`,
  );
  // @ts-expect-error: a number is not a prompt
  await logger.flag({ prompt: 5, score: 1 });
  // @ts-expect-error: a list is not a sample
  await assertRejects(() => logger.flag(["a", 1]), TypeError, 'unknown "0"');
  // @ts-expect-error: nothing is not a sample
  await assertRejects(() => logger.flag(undefined), TypeError, 'missing "prompt", "score"');
  assertEquals((await Array.fromAsync(readDataset(storage, "flagged/dataset1.csv"))).length, 1);
});

Deno.test("createLogger() refuses at once a field that is not a component and an unknown option", () => {
  const is = 'the field "prompt" is ';
  const wrong: [unknown, string][] = [
    [value, `${is}a function: call it`],
    [undefined, `${is}undefined: pass a label or a component`],
    ["prompt", `${is}"prompt": pass a component, such as value()`],
    [{ label: "x" }, `${is}an object without toCell()`],
  ];
  for (const [prompt, says] of wrong) {
    assertThrows(() => createLogger({ prompt } as typeof fields), TypeError, says);
  }
  const options = { storge: 1 } as Parameters<typeof createLogger>[1];
  assertThrows(() => createLogger(fields, options), TypeError, 'no option "storge"');
  const near = { flagginDir: "x" } as Parameters<typeof createLogger>[1];
  assertThrows(() => createLogger(fields, near), TypeError, 'did you mean "flaggingDir"?');
  // @ts-expect-error: a string is not options
  assertThrows(() => createLogger(fields, "dir"), TypeError, '{ flaggingDir: "dir" }');
});

Deno.test("createLogger() refuses a verdict in place of the options of flag(), and saves nothing", async () => {
  const { storage, logger } = make();
  const sample = { prompt: "a", score: 1 };
  await assertRejects(
    // @ts-expect-error: a string is not options
    () => logger.flag(sample, "wrong"),
    TypeError,
    "Cannot flag the sample as its options must be an object of flag, username, id, onKnown: " +
      'current value is "wrong"',
  );
  await assertRejects(
    // @ts-expect-error: flags is not an option
    () => logger.flag(sample, { flags: "wrong" }),
    TypeError,
    'no option "flags": did you mean "flag"?',
  );
  assertEquals(await Array.fromAsync(storage.list()), []);
});

Deno.test("createLogger() stores files, and takes the label of a component for its column", async () => {
  const storage = new MemoryAdapter();
  const logger = createLogger(
    { picture: file("The picture"), pages: files() },
    { storage, flaggingDir: "team" },
  );
  const picture = new File(["not really a picture"], "cat.png");
  await logger.flag({ picture, pages: [new File(["1"], "1.txt")] });
  await logger.flag({ picture: null, pages: null });
  // @ts-expect-error: a string is not a file
  await assertRejects(() => logger.flag({ picture: "cat.png", pages: [] }), TypeError);
  const [row, empty] = await Array.fromAsync(readDataset(storage, "team/dataset1.csv"));
  assert(await storage.stat(`team/${row!["The picture"]}`));
  assertEquals([empty!["The picture"], empty!.pages], ["", ""]);
});

Deno.test("createLogger() counts a sample with one id once if sampleId is on", async () => {
  const { logger } = make({ sampleId: true });
  const sample = { prompt: "a", score: 1 };
  for (const total of [1, 1]) assertEquals(await logger.flag(sample, { id: "x" }), total);
  assertEquals(await logger.flag(sample), 2);
  await assertRejects(() => logger.flag(sample, { id: "" }), TypeError, "empty id");
  const other = make().logger;
  const flagged = () => other.flag(sample, { id: "x" });
  await assertRejects(flagged, TypeError, "create the logger with `sampleId: true`");
});

Deno.test("createLogger() keeps every acknowledged sample once on a bad day", async () => {
  const memory = new MemoryAdapter({ capabilities: { append: "none", versions: "content" } });
  const storage = faulty(memory, { lostRequest: 0.2, lostAnswer: 0.2, seed: 7 });
  await using logger = createLogger(fields, { storage });
  for (let score = 1; score <= 30; score++) {
    assertEquals(await logger.flag({ prompt: "same", score }), score);
  }
  await logger.flush();
  const rows = await Array.fromAsync(readDataset(memory, "flagged/dataset1.csv"));
  assertEquals(rows.map(({ score }) => Number(score)), rows.map((_, i) => i + 1));
  assertEquals(rows.length, 30);
});

Deno.test("createLogger() logs to the local disk without a storage, and prints nothing", async () => {
  await using dir = new TempDir();
  const logger = createLogger(fields, { flaggingDir: dir.path });
  await logger.flag({ prompt: "a", score: 1 });
  await logger[Symbol.asyncDispose]();
  assertEquals((await Deno.readTextFile(`${dir.path}/dataset1.csv`)).slice(0, 12), "prompt,score");
  await assertRejects(() => logger.flag({ prompt: "a", score: 1 }), Error, "disposed of");
});
