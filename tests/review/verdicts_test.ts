import { assert, assertEquals } from "@std/assert";
import { ChatCSVLogger, CSVLogger, MemoryAdapter } from "@flagstone/flagging";
import { openDataset } from "@flagstone/flagging/dataset";
import { exportKto, readVerdicts } from "@flagstone/flagging/export";
import { createReview } from "@flagstone/flagging/review";
import { TempDir } from "../helpers/temp_dir.ts";
import { flag, place, stage, verdictOn } from "./_stage.ts";

const ROWS = [["2 + 2?", "5", "wrong"], ["3 + 3?", "6", "good"], ["=1+1", "2", "good"]] as const;

Deno.test("a verdict is a row of a dataset of its own, under the name that authorize gives", async () => {
  await using one = stage();
  await flag(one.storage, ROWS);
  const [row] = (await one.json("rows")).rows;
  const verdict = verdictOn(row, { flag: "confirmed", comment: "=sure", username: "mallory" });
  const saved = await (await one.post(verdict, { "x-user": "lin" })).json();
  assertEquals(saved.state, "confirmed");
  assertEquals(saved.verdicts.map(({ username }: { username: string }) => username), ["lin"]);
  const [stored] = await one.verdicts();
  const { timestamp, ...texts } = stored!;
  assert(timestamp);
  assertEquals(texts, {
    ...{ rowId: row.rowId, sample: "", column: "", correction: "", comment: "=sure" },
    ...{ flag: "confirmed", username: "lin", id: `${verdict.id}` },
  });
  const keys = await Array.fromAsync(one.storage.list({ prefix: "flagged/verdicts" }));
  assertEquals(keys.map(({ key }) => key), ["flagged/verdicts/dataset1.csv"]);
  assertEquals((await one.json("rows")).rows[0].own, { flag: "", comment: "" });
  const own = await one.json("rows", { "x-user": "lin" });
  assertEquals(own.rows[0].own, { flag: "confirmed", comment: "=sure" });
});

Deno.test("the id of a sample is kept with the verdict on it", async () => {
  await using one = stage({ index: "none" });
  await using logger = new CSVLogger({ storage: one.storage, sampleId: true, verbose: false });
  await logger.setup(["question"], "flagged");
  await logger.flag(["a"], "good", "eve", { id: "sample-1" });
  const [row] = (await one.json("rows")).rows;
  await one.post(verdictOn(row));
  assertEquals((await one.verdicts())[0]!.sample, "sample-1");
});

Deno.test("a verdict that is sent again after a lost answer is one row", async () => {
  await using one = stage();
  await flag(one.storage, ROWS);
  const [row] = (await one.json("rows")).rows;
  const verdict = verdictOn(row);
  const answers = await Promise.all(Array.from({ length: 5 }, () => one.post(verdict)));
  assertEquals(answers.map(({ status }) => status), [200, 200, 200, 200, 200]);
  await using other = stage({ storage: one.storage }); // another process, or after a restart
  assertEquals((await other.post(verdict)).status, 200);
  assertEquals((await one.verdicts()).length, 1);
});

Deno.test("two reviewers at once are both saved, and their disagreement shows", async () => {
  await using one = stage();
  await flag(one.storage, ROWS);
  const { rows } = await one.json("rows");
  await Promise.all(rows.flatMap((row: Parameters<typeof verdictOn>[0], i: number) => [
    one.post(verdictOn(row, { flag: "confirmed" }), { "x-user": "ada" }),
    one.post(verdictOn(row, { flag: i === 0 ? "rejected" : "confirmed" }), { "x-user": "lin" }),
  ]));
  assertEquals((await one.verdicts()).length, 6);
  const states = (await one.json("rows")).rows.map(({ state }: { state: string }) => state);
  assertEquals(states, ["disagreed", "confirmed", "confirmed"]);
  const sample = await one.json(`sample?${place(rows[0])}`);
  assertEquals(sample.verdicts.map(({ flag }: { flag: string }) => flag).sort(), [
    "confirmed",
    "rejected",
  ]);
  const { review } = await one.json("counts");
  assertEquals([review.confirmed, review.rejected, review.disagreed], [2, 0, 1]);
});

Deno.test("undo is a row that is empty, after which nothing stands", async () => {
  await using one = stage();
  await flag(one.storage, ROWS);
  const [row] = (await one.json("rows")).rows;
  await one.post(verdictOn(row, { flag: "rejected" }));
  await one.post(verdictOn(row, { column: "answer", correction: "4" }));
  const undone = await (await one.post(verdictOn(row, {}))).json();
  assertEquals([undone.state, undone.verdicts.length], ["open", 1]); // the correction stands
  await one.post(verdictOn(row, { column: "answer" }));
  const verdicts = await one.verdicts();
  assertEquals(verdicts.map(({ flag }) => flag), ["rejected", "", "", ""]);
  const read = await readVerdicts(await openDataset(one.storage, "flagged/verdicts"));
  assertEquals(read.of(row.rowId), []);
});

Deno.test("a verdict on a row that is not there saves nothing", async () => {
  await using one = stage({ index: "none" });
  await flag(one.storage, ROWS);
  const [row] = (await one.json("rows")).rows;
  for (
    const wrong of [{ rowId: "0".repeat(16) }, { key: "flagged/dataset2.csv" }, { start: 0 }, {
      start: "x",
    }]
  ) {
    assertEquals((await one.post({ ...verdictOn(row), ...wrong })).status, 404);
  }
  assertEquals(await Array.fromAsync(one.storage.list({ prefix: "flagged/verdicts" })), []);
});

Deno.test("verdicts of another process are seen", async () => {
  await using one = stage();
  await using other = stage({ storage: one.storage });
  await flag(one.storage, ROWS);
  const [row] = (await one.json("rows")).rows;
  await other.post(verdictOn(row, { flag: "unclear" }));
  const end = Date.now() + 10_000;
  while ((await one.json("rows")).rows[0].state !== "unclear") assert(Date.now() < end);
});

Deno.test("the rows themselves are never changed", async () => {
  await using one = stage();
  await flag(one.storage, ROWS);
  const read = async () => {
    const found = await one.storage.read("flagged/dataset1.csv");
    return await new Response(found!.body).text();
  };
  const before = await read();
  for (const row of (await one.json("rows")).rows) await one.post(verdictOn(row));
  assertEquals(await read(), before);
});

Deno.test("exports are those of the filter, and take verdicts in if asked", async () => {
  await using one = stage();
  await flag(one.storage, ROWS);
  const { rows } = await one.json("rows");
  await one.post(verdictOn(rows[0], { flag: "rejected" })); // =1+1
  await one.post(verdictOn(rows[1], { column: "answer", correction: "six" })); // 3 + 3?
  const lines = async (query: string) => {
    const response = await one.get(`export?${query}`);
    assertEquals(response.status, 200, query);
    assert(response.headers.get("content-disposition")!.startsWith("attachment"));
    return (await response.text()).trimEnd().split("\n");
  };
  const answers = async (query: string) =>
    (await lines(`format=jsonl&${query}`)).filter((line) => line !== "").map((line) =>
      JSON.parse(line).answer
    );
  assertEquals(await answers(""), ["5", "6", "2"]);
  assertEquals(await answers("flag=good"), ["6", "2"]);
  assertEquals(await answers("search=3%20%2B"), ["6"]);
  assertEquals(await answers("review=rejected"), ["2"]);
  assertEquals(await answers("review=open"), ["5", "6"]);
  assertEquals(await answers("is.other=x"), []);
  assertEquals(await answers("verdicts=apply"), ["5", "six"]);
  const csv = await lines("format=csv&flag=good");
  assertEquals(csv[0]!.startsWith("question,answer,flag"), true);
  assert(csv[2]!.startsWith("'=1+1,"), csv[2]); // for spreadsheets, which must not run it
  assertEquals((await one.get("export?format=exe")).status, 400);
});

Deno.test("the exports for training read the verdicts of the page", async () => {
  await using one = stage();
  await flag(one.storage, ROWS);
  const { rows } = await one.json("rows");
  await one.post(verdictOn(rows[1], { flag: "rejected" }));
  const verdicts = await openDataset(one.storage, "flagged/verdicts");
  const dataset = await openDataset(one.storage, "flagged");
  const { files, report } = exportKto(dataset, {
    prompt: "question",
    completion: "answer",
    verdicts,
  });
  for await (const { body } of files) await new Response(body).text();
  assertEquals(report.skipped["rejected by a reviewer"], 1);
});

Deno.test("the message that a chat's verdict is about is marked", async () => {
  await using one = stage({ index: "none" });
  await using logger = new ChatCSVLogger({ storage: one.storage });
  await logger.setup("flagged");
  const messages = [
    { role: "user", content: "2 + 2?" },
    { role: "assistant", content: "5" },
  ];
  await logger.flag({ index: 1, value: "5", liked: false }, messages);
  await logger.flag({ index: [1, 1], value: "c", liked: true }, [["a", null], ["b", "c"]]);
  const { rows } = await one.json("rows");
  assertEquals(rows.map(({ title }: { title: string }) => title), ["a", "2 + 2?"]);
  const judged = async (row: Parameters<typeof place>[0]) => {
    const [{ messages, judged }] = (await one.json(`sample?${place(row)}`)).cells;
    return messages[judged].content;
  };
  assertEquals([await judged(rows[0]), await judged(rows[1])], ["c", "5"]);
});

Deno.test("a directory of the local disk is reviewed, with its verdicts in it or elsewhere", async () => {
  await using temp = new TempDir();
  await using logger = new CSVLogger({ verbose: false });
  await logger.setup(["question"], `${temp.path}/flagged`);
  await logger.flag(["a"], "good");
  for (
    const [directory, found] of [[undefined, "flagged/verdicts"], [`${temp.path}/said`, "said"]]
  ) {
    await using review = createReview({
      directory: `${temp.path}/flagged`,
      verdicts: { directory },
      authorize: () => true,
    });
    const ask = (path: string, init?: RequestInit) =>
      review(new Request(`http://localhost/${path}`, init));
    const { rows: [row] } = await (await ask("rows")).json();
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify(verdictOn(row));
    assertEquals((await ask("verdict", { method: "POST", headers, body })).status, 200);
    await using verdicts = await openDataset(`${temp.path}/${found}`);
    assertEquals((await Array.fromAsync(verdicts.rows())).length, 1);
  }
});

Deno.test("verdicts may be kept in another storage", async () => {
  const verdicts = { storage: new MemoryAdapter(), directory: "said/" };
  await using one = stage({ verdicts });
  await flag(one.storage, ROWS);
  const [row] = (await one.json("rows")).rows;
  assertEquals((await one.post(verdictOn(row))).status, 200);
  const keys = await Array.fromAsync(verdicts.storage.list());
  assertEquals(keys.map(({ key }) => key), ["said/dataset1.csv"]);
});
