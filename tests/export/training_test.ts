import { assertEquals, assertThrows } from "@std/assert";
import { ChatCSVLogger } from "../../src/loggers/chat_csv_logger.ts";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import { exportDpo, exportKto, exportOpenAI, readVerdicts } from "../../src/export/mod.ts";
import { type Dataset, openDataset } from "../../src/reader/mod.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import { at, stored } from "../helpers/dataset_files.ts";
import { linesOfExport } from "../helpers/exported.ts";
import { mistakeInDpo, mistakeInKto, mistakeInOpenAI } from "../helpers/training_formats.ts";

const COLUMNS = { prompt: "question", completion: "answer" };

async function answers(): Promise<Dataset> {
  const storage = new MemoryAdapter();
  await using logger = new CSVLogger({ storage, verbose: false });
  await logger.setup(["question", "answer"], "");
  await logger.flag(["2 + 2?", "=4"], "good");
  await logger.flag(["2 + 2?", "5"], "wrong");
  await logger.flag(["2 + 2?", "6"], "wrong");
  await logger.flag(["3 + 3?", "6"], "good");
  await logger.flag(["4 + 4?", "9"], "odd");
  await logger.flag(["", "9"], "good");
  await logger.flag(["5 + 5?", ""], "good");
  return await openDataset(storage, "");
}

async function chats(): Promise<Dataset> {
  const storage = new MemoryAdapter();
  await using logger = new ChatCSVLogger({ storage });
  await logger.setup("");
  const messages = [
    { role: "user", content: "hi" },
    { role: "assistant", content: "hello" },
    { role: "user", content: "2 + 2?" },
    { role: "assistant", content: "5" },
  ];
  await logger.flag({ index: 1, value: "hello" }, messages);
  await logger.flag({ index: 3, value: "5", liked: false }, messages);
  await logger.flag({ index: 2, value: "2 + 2?" }, messages);
  await logger.flag({ index: 9, value: "?" }, messages);
  await logger.flag({ index: [1, 1], value: "5", liked: false }, [["hi", "hello"], [
    "2 + 2?",
    "5",
  ]]);
  await logger.flag({ index: [0, 1], value: "yo" }, [[null, "yo"]]);
  await logger.flag({ index: 3, value: "5", liked: null }, messages);
  return await openDataset(storage, "");
}

Deno.test("exportKto() writes what TRL's KTO trainer reads", async () => {
  const exported = exportKto(await answers(), COLUMNS);
  const rows = await linesOfExport(exported);
  assertEquals(rows, [
    { prompt: "2 + 2?", completion: "=4", label: true },
    { prompt: "2 + 2?", completion: "5", label: false },
    { prompt: "2 + 2?", completion: "6", label: false },
    { prompt: "3 + 3?", completion: "6", label: true },
  ]);
  assertEquals(mistakeInKto(rows), undefined);
  assertEquals({ ...exported.report }, {
    rows: 4,
    skipped: { 'the flag is "odd"': 1, "the prompt is empty": 1, "the completion is empty": 1 },
    counts: { good: 2, bad: 2 },
  });
  const own = exportKto(await answers(), { ...COLUMNS, good: ["odd"], bad: [] });
  assertEquals((await linesOfExport(own)).map(({ completion }) => completion), ["9"]);
});

Deno.test("exportKto() writes chats up to the flagged message, of both forms that Gradio has", async () => {
  const exported = exportKto(await chats());
  const rows = await linesOfExport(exported);
  assertEquals(mistakeInKto(rows), undefined);
  const [hi, hello, asked] = [
    { role: "user", content: "hi" },
    { role: "assistant", content: "hello" },
    { role: "user", content: "2 + 2?" },
  ];
  const five = [{ role: "assistant", content: "5" }];
  assertEquals(rows, [
    { prompt: [hi], completion: [hello], label: true },
    { prompt: [hi, hello, asked], completion: five, label: false },
    { prompt: [hi, hello, asked], completion: five, label: false },
  ]);
  assertEquals(exported.report.skipped, {
    "the flagged message is not the assistant's": 1,
    "the flagged message is not in the conversation": 1,
    "there is no message before the flagged one": 1,
    'the flag is ""': 1,
  });
});

Deno.test("exportDpo() pairs good and bad answers to equal prompts", async () => {
  const exported = exportDpo(await answers(), COLUMNS);
  const rows = await linesOfExport(exported);
  assertEquals(rows, [{ prompt: "2 + 2?", chosen: "=4", rejected: "5" }]);
  assertEquals(mistakeInDpo(rows), undefined);
  assertEquals(exported.report.skipped, {
    'the flag is "odd"': 1,
    "the prompt is empty": 1,
    "the completion is empty": 1,
    "no good answer to the prompt": 1,
    "no bad answer to the prompt": 1,
  });
});

Deno.test("exportOpenAI() writes good answers that end with the assistant", async () => {
  const exported = exportOpenAI(await chats(), { system: "Be brief." });
  const rows = await linesOfExport(exported);
  assertEquals(mistakeInOpenAI(rows), undefined);
  assertEquals(rows, [{
    messages: [
      { role: "system", content: "Be brief." },
      { role: "user", content: "hi" },
      { role: "assistant", content: "hello" },
    ],
  }]);
  assertEquals(exported.report.skipped["the answer is bad"], 2);
  assertEquals(
    mistakeInOpenAI(await linesOfExport(exportOpenAI(await answers(), COLUMNS))),
    undefined,
  );
});

Deno.test("verdicts of reviewers outrank the users' flags, and corrections the answers", async () => {
  const dataset = await answers();
  const samples = await Array.fromAsync(dataset.rows());
  const ids = samples.map(({ rowId }) => rowId);
  const header = "rowId,sample,column,correction,comment,flag,username,id,timestamp\r\n";
  const row = (i: number, n: number, cells: Partial<Record<string, string>>) => {
    const { column = "", correction = "", comment = "", flag = "", username = "r1" } = cells;
    return `${ids[i]},,${column},${correction},${comment},${flag},${username},v${n},${at(n)}\r\n`;
  };
  const text = header +
    row(0, 1, { flag: "rejected" }) + row(0, 2, {}) + // taken back
    row(1, 3, { flag: "good" }) + // another flag
    row(2, 4, { column: "answer", correction: "4!" }) +
    row(3, 5, { flag: "confirmed" }) + row(3, 6, { flag: "unclear", username: "r2" }) +
    row(4, 9, { flag: "rejected" }) + row(4, 8, { flag: "good" }); // late
  const verdicts = await openDataset(await stored({ "v/dataset1.csv": text }), "v");
  const judged = await readVerdicts(verdicts);
  assertEquals(ids.map((id) => judged.agreementOn(id)), [
    "open",
    "agreed",
    "open",
    "disagreed",
    "agreed",
    "open",
    "open",
  ]);
  assertEquals([judged.flagOf(ids[1]!), judged.flagOf(ids[3]!)], ["good", ""]);
  assertEquals([...judged.correctionsOf(ids[2]!)], [["answer", "4!"]]);
  const kto = exportKto(dataset, { ...COLUMNS, verdicts });
  assertEquals(await linesOfExport(kto), [
    { prompt: "2 + 2?", completion: "=4", label: true },
    { prompt: "2 + 2?", completion: "5", label: true },
    { prompt: "2 + 2?", completion: "6", label: false },
    { prompt: "2 + 2?", completion: "4!", label: true },
  ]);
  assertEquals(kto.report.skipped["reviewers disagree"], 1);
  assertEquals(kto.report.skipped["rejected by a reviewer"], 1);
  const dpo = await linesOfExport(exportDpo(dataset, { ...COLUMNS, verdicts }));
  assertEquals(dpo, [{ prompt: "2 + 2?", chosen: "4!", rejected: "6" }]);
  const openai = await linesOfExport(exportOpenAI(dataset, { ...COLUMNS, verdicts }));
  assertEquals(openai.map(({ messages }) => messages.at(-1).content), ["=4", "5", "4!"]);
});

Deno.test("the exports for training name the columns that there are", async () => {
  const dataset = await answers();
  const there = '"question", "answer", "flag", "timestamp"';
  assertThrows(() => exportKto(dataset), TypeError, `pass prompt, one of ${there}`);
  const wrong = { prompt: "question", completion: "reply" };
  assertThrows(() => exportDpo(dataset, wrong), TypeError, `no column "reply", but ${there}`);
});

Deno.test("the validators refuse what trainers refuse", () => {
  const message = (role: string) => ({ role, content: "x" });
  const kto = [
    { prompt: "x", completion: "y" },
    { prompt: "x", completion: "y", label: "true" },
    { prompt: [message("user")], completion: "y", label: true },
    { prompt: "", completion: "y", label: true },
    { prompt: [message("assistant")], completion: [message("assistant")], label: true },
  ];
  for (const row of kto) assertEquals(mistakeInKto([row])?.startsWith("row 0"), true);
  assertEquals(
    mistakeInDpo([{ prompt: "x", chosen: "y", rejected: "y" }])?.startsWith("row 0"),
    true,
  );
  const openai = [[message("user")], [message("assistant")], [message("user"), message("system")]];
  for (const messages of openai) {
    assertEquals(mistakeInOpenAI([{ messages }])?.startsWith("row 0"), true);
  }
});
