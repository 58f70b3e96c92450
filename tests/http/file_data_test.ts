import { assertEquals, assertMatch } from "@std/assert";
import { CSVLogger, file, MemoryAdapter, value } from "@flagstone/flagging";
import { createFeedback, sealTicket } from "@flagstone/flagging/http";
import { BASE, post, problemOf, rowsIn, SECRET } from "./_requests.ts";

/** A file of another sample, which the server could open. */
const OTHERS = "flagged/notes/0123456789abcdef0123/other.txt";
const FILE = { path: OTHERS, meta: { _type: "gradio.FileData" } };

async function endpointWithFiles() {
  const storage = new MemoryAdapter();
  await storage.write(OTHERS, new TextEncoder().encode("private"));
  const other = new CSVLogger({ storage, verbose: false, datasetFileName: "other.csv" });
  await other.setup(["a"], "");
  await other.flag(["1"]);
  const feedback = createFeedback({
    components: { text: value(), picture: file() },
    storage,
    options: ["good"],
    secret: SECRET,
    accepts: "both",
    onError: () => {},
  });
  return { storage, feedback };
}

function form(fields: Record<string, string>): Request {
  return new Request(BASE, { method: "POST", body: new URLSearchParams(fields) });
}

Deno.test("Gradio's FileData is refused at any depth, in JSON and in forms, and nothing is copied", async () => {
  const { storage, feedback } = await endpointWithFiles();
  const before = (await Array.fromAsync(storage.list())).map(({ key }) => key);
  const requests = [
    { text: "x", picture: FILE },
    { text: "x", picture: { nested: [{ deep: { deeper: FILE } }] } },
    { text: FILE, picture: null },
    { text: "x", picture: { ...FILE, path: "other.csv" } },
    { text: "x", picture: { ...FILE, path: "", url: "http://169.254.169.254/" } },
    { text: "x", picture: [FILE] },
  ].flatMap((data) => [
    post({ data, option: "good" }),
    form({ data: JSON.stringify(data), option: "good" }),
  ]);
  for (const request of requests) {
    assertEquals(await problemOf(await feedback(request)), [422, "invalid"]);
  }
  assertEquals((await Array.fromAsync(storage.list())).map(({ key }) => key), before);
});

Deno.test("Gradio's FileData in a ticket is the server's own, and its file is copied", async () => {
  const { storage, feedback } = await endpointWithFiles();
  const ticket = await sealTicket(SECRET, { data: { text: "x", picture: FILE } });
  assertEquals((await feedback(post({ ticket, option: "good" }))).status, 201);
  const [row] = await rowsIn(storage);
  assertMatch(row!.picture!, /^picture\/[0-9a-f]{20}\/other\.txt$/);
});
