import { assertEquals } from "@std/assert";
import { MemoryAdapter, value } from "@flagstone/flagging";
import { createFeedback, FeedbackLogger, sealTicket } from "@flagstone/flagging/http";
import { readDataset } from "@flagstone/flagging/dataset";
import {
  COMPONENTS,
  endpoint,
  post,
  problemOf,
  rowsIn,
  SAMPLE,
  SECRET,
  standing,
} from "./_requests.ts";

const GOOD = { data: SAMPLE, option: "good" };

Deno.test("a withdrawal is a row without a verdict and a sample, and the verdict stands no more", async () => {
  const { feedback, storage } = endpoint();
  const { id } = await (await feedback(post(GOOD, { key: "a" }))).json();
  assertEquals(await standing(storage), ["good"]);
  const withdrawn = await feedback(post({ replaces: "a" }, { key: "b" }));
  assertEquals([withdrawn.status, (await withdrawn.json()).state], [201, "withdrawn"]);
  assertEquals(await standing(storage), []);
  const [, row] = await rowsIn(storage);
  assertEquals([row!.question, row!.answer, row!.flag, row!.replaces], ["", "", "", id]);
});

Deno.test("a changed verdict replaces the earlier one, with its reason and comment", async () => {
  const { feedback, storage } = endpoint();
  await feedback(post(GOOD, { key: "a" }));
  const bad = { data: SAMPLE, option: "bad", reason: "rude", comment: "It is 4", replaces: "a" };
  assertEquals((await feedback(post(bad, { key: "b" }))).status, 201);
  const [row, ...others] = await rowsIn(storage, true);
  assertEquals(others, []);
  assertEquals([row!.flag, row!.reason, row!.comment], ["bad", "rude", "It is 4"]);
  await feedback(post({ ...GOOD, replaces: "b" }, { key: "c" }));
  const [last] = await rowsIn(storage, true); // the reason does not outlive its verdict
  assertEquals([last!.flag, last!.reason, last!.comment], ["good", "", ""]);
});

Deno.test("a verdict that arrives after its withdrawal, or twice, stays withdrawn", async () => {
  for (const order of [["a", "b"], ["b", "a"], ["b", "a", "a", "b"]]) {
    const storage = new MemoryAdapter();
    for (const key of order) {
      const { feedback } = endpoint({ storage, segments: true }); // each time another isolate
      const body = key === "a" ? GOOD : { replaces: "a" };
      assertEquals((await feedback(post(body, { key }))).status, 201);
    }
    assertEquals(await standing(storage), [], order.join());
  }
});

Deno.test("one cannot withdraw another person's verdict, even with its key or its id", async () => {
  const identify = ({ headers }: Request) => ({ username: headers.get("x-user") ?? "" });
  const { feedback, storage } = endpoint({ identify });
  const as = (user: string) => ({ headers: { "x-user": user } });
  const { id } = await (await feedback(post(GOOD, { key: "a", ...as("ada") }))).json();
  for (const replaces of ["a", id, "b"]) {
    assertEquals((await feedback(post({ replaces }, as("mallory")))).status, 201);
  }
  assertEquals(await standing(storage), ["good"]);
  await feedback(post({ replaces: "a" }, as("ada")));
  assertEquals(await standing(storage), []);
});

Deno.test("the person of the ticket can withdraw, and no other ticket can", async () => {
  const { feedback, storage } = endpoint({ secret: SECRET });
  const ticketOf = (username: string) => sealTicket(SECRET, { data: SAMPLE, username });
  await feedback(post({ ticket: await ticketOf("ada"), option: "good" }, { key: "a" }));
  await feedback(post({ ticket: await ticketOf("lin"), replaces: "a" }));
  assertEquals(await problemOf(await feedback(post({ replaces: "a" }))), [422, "invalid"]);
  assertEquals(await standing(storage), ["good"]);
  await feedback(post({ ticket: await ticketOf("ada"), replaces: "a" }));
  assertEquals(await standing(storage), []);
});

Deno.test("without undo, reasons and comments the dataset has a CSVLogger's columns and a subject", async () => {
  const storage = new MemoryAdapter();
  const feedback = createFeedback({
    components: COMPONENTS,
    storage,
    options: ["good"],
    undo: false,
  });
  await feedback(post(GOOD, { key: "a" }));
  assertEquals(await problemOf(await feedback(post({ replaces: "a" }))), [422, "invalid"]);
  const [row, ...others] = await rowsIn(storage);
  assertEquals(Object.keys(row!), [
    "question",
    "answer",
    "flag",
    "username",
    "subject",
    "id",
    "timestamp",
  ]);
  assertEquals(others, []);
  const logger = new FeedbackLogger(COMPONENTS, { storage, directory: "plain", columns: [] });
  await logger.flag(SAMPLE, { flag: "good" });
  const [plain] = await Array.fromAsync(readDataset(storage, "plain/dataset1.csv"));
  assertEquals(Object.keys(plain!), ["question", "answer", "flag", "username", "id", "timestamp"]);
});

Deno.test("a chat has the columns of ChatCSVLogger first, and an un-like is a withdrawal", async () => {
  const storage = new MemoryAdapter();
  const feedback = createFeedback({
    components: { conversation: value(), index: value<number>(), value: value<string>() },
    storage,
    directory: "chat",
    options: ["Like", "Dislike", "Spam"],
    comment: { for: ["Dislike"] },
    secret: SECRET,
  });
  const data = { conversation: [{ role: "user", content: "2 + 2?" }], index: 1, value: "5" };
  const ticket = await sealTicket(SECRET, { data, subject: "m-1" });
  await feedback(post({ ticket, option: "Like" }, { key: "a" }));
  await feedback(post({ ticket, replaces: "a" }, { key: "b" }));
  await feedback(post({ ticket, option: "Spam" }, { key: "c" }));
  const key = "chat/dataset1.csv";
  const [row, ...others] = await Array.fromAsync(readDataset(storage, key, { current: true }));
  assertEquals(others, []);
  assertEquals(Object.keys(row!).slice(0, 4), ["conversation", "index", "value", "flag"]);
  assertEquals([row!.index, row!.value, row!.flag, row!.subject], ["1", "5", "Spam", "m-1"]);
});
