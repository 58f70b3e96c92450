import { assert, assertEquals, assertThrows } from "@std/assert";
import { file, files } from "../../src/components/file.ts";
import { value } from "../../src/components/value.ts";
import { createLogger } from "../../src/loggers/create_logger.ts";
import { type ColumnType, openDataset } from "../../src/reader/mod.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import { stored } from "../helpers/dataset_files.ts";

/** The value of one cell by a type, or the message of the error. */
async function typed(type: ColumnType, cell: string): Promise<unknown> {
  const text = `a,timestamp\r\n"${cell.replaceAll('"', '""')}",T\r\n`;
  const dataset = await openDataset(await stored({ "dataset1.csv": text }), "", {
    types: { a: type },
  });
  const [row] = await Array.fromAsync(dataset.rows());
  try {
    return row!.typed("a");
  } catch (error) {
    return (error as Error).message;
  }
}

Deno.test("Sample.typed() reads cells by the types of their columns", async () => {
  assertEquals(await typed("text", ""), "");
  assertEquals(await typed("json", ""), null);
  assertEquals(await typed("json", '{"a":[1]}'), { a: [1] });
  assertEquals(await typed("integer", "-42"), -42);
  assertEquals(await typed("number", "1.5e3"), 1500);
  assertEquals(await typed("number", "-Infinity"), -Infinity);
  assertEquals(await typed("number", "nan"), NaN);
  assertEquals(await typed("boolean", "True"), true);
  assertEquals(await typed("boolean", "false"), false);
  assertEquals(
    await typed("timestamp", "2026-01-31 12:00:00.123456"),
    new Date("2026-01-31T12:00:00.123Z"),
  );
  assertEquals(
    await typed("timestamp", "2026-01-31T12:00:00+02:00"),
    new Date("2026-01-31T10:00:00Z"),
  );
  assertEquals(await typed("file", "a/b.png"), "a/b.png");
  assertEquals(await typed("files", '["a/b.png","c/d.png"]'), ["a/b.png", "c/d.png"]);
  assertEquals(await typed("chat", '[["hi",null],[null,"yo"]]'), [
    { role: "user", content: "hi" },
    { role: "assistant", content: "yo" },
  ]);
  assertEquals(await typed("chat", '[{"role":"user","content":{"path":"a"}}]'), [
    { role: "user", content: '{"path":"a"}' },
  ]);
});

Deno.test("Sample.typed() refuses a cell that does not fit, and says where it is", async () => {
  const where = 'it is in "dataset1.csv" at byte 13; use the type "text"';
  const wrong: [ColumnType, string][] = [
    ["integer", "1.5"],
    ["integer", "9007199254740993"],
    ["number", "one"],
    ["boolean", "yes"],
    ["timestamp", "2026-13-01 00:00:00"],
    ["json", "{"],
    ["chat", "[1]"],
    ["file", "two\nlines"],
  ];
  for (const [type, cell] of wrong) {
    const message = `Cannot read ${JSON.stringify(cell)} in the column "a" as ${type}: ${where}`;
    assertEquals(await typed(type, cell), message);
  }
});

Deno.test("openDataset() infers the types that all rows fit", async () => {
  const storage = new MemoryAdapter();
  const logger = createLogger({
    text: value(),
    whole: value(),
    real: value(),
    yes: value(),
    json: value(),
    chat: value(),
    mixed: value(),
    picture: file(),
    pictures: files(),
    nothing: value(),
  }, { storage });
  const picture = () => new File(["x"], "a.png");
  for (const [i, mixed] of [1, 2, "three"].entries()) {
    await logger.flag({
      text: `t ${i}`,
      whole: i,
      real: i / 2,
      yes: i > 1,
      json: { i },
      chat: [{ role: "user", content: `${i}` }],
      mixed,
      picture: i === 1 ? null : picture(),
      pictures: [picture(), picture()],
      nothing: null,
    });
  }
  const dataset = await openDataset(storage, "flagged", { types: "infer" });
  const types = Object.fromEntries(dataset.columns.map(({ name, type }) => [name, type]));
  assertEquals(types, {
    text: "text",
    whole: "integer",
    real: "number",
    yes: "boolean",
    json: "json",
    chat: "chat",
    mixed: "text",
    picture: "file",
    pictures: "files",
    nothing: "text",
    flag: "text",
    username: "text",
    timestamp: "timestamp",
  });
  const [row] = await Array.fromAsync(dataset.rows());
  assertEquals([row!.typed("whole"), row!.typed("json")], [0, { i: 0 }]);
  assert(row!.typed("timestamp") instanceof Date);
  assertEquals((await row!.files("pictures")).length, 2);
  assertEquals((await row!.files()).map(({ column }) => column), [
    "picture",
    "pictures",
    "pictures",
  ]);
  await logger.flag(
    {
      ...Object.fromEntries(Object.keys(types).slice(0, 7).map((name) => [name, "x"])),
      picture: null,
      pictures: [],
      nothing: null,
    } as never,
  );
  const late = (await Array.fromAsync(dataset.rows())).at(-1)!;
  assertThrows(() => late.typed("whole"), TypeError, 'Cannot read "x" in the column "whole"');
});
