import { assert, assertEquals } from "@std/assert";
import { TestWorker } from "../helpers/worker.ts";

// The server's resources are not of a test.
const options = { sanitizeOps: false, sanitizeResources: false };

Deno.test("the review page runs in workerd, on R2", options, async () => {
  const module = new URL("_review_worker.ts", import.meta.url);
  await using worker = await TestWorker.start(module, { buckets: ["BUCKET"] });
  const ask = (path: string, init?: RequestInit) => fetch(new URL(path, worker.url), init);
  assertEquals(await (await ask("/rows")).json(), { rows: [], next: null });
  await (await ask("/flag")).body?.cancel();
  assert((await (await ask("/")).text()).startsWith("<!doctype html>"));
  const { rows: [row] } = await (await ask("/rows")).json();
  assertEquals([row.title, row.picture, row.state], ["a circle", "picture", "open"]);
  const { rowId, key, start } = row;
  const place = new URLSearchParams({ row: rowId, key, start: `${start}` });
  const sample = await (await ask(`/sample?${place}`)).json();
  assertEquals(sample.cells[1].files, [{ name: "a.png", size: 8, type: "image/png" }]);
  const picture = await ask(`/file?${place}&column=picture&index=0`, {
    headers: { range: "bytes=1-3" },
  });
  assertEquals([picture.status, await picture.text()], [206, "PNG"]);
  const verdict = { id: crypto.randomUUID(), rowId, key, start, flag: "confirmed" };
  const post = (user: string, body: unknown) =>
    ask("/verdict", {
      method: "POST",
      headers: { "content-type": "application/json", "x-user": user },
      body: JSON.stringify(body),
    });
  for (let i = 0; i < 2; i++) {
    assertEquals((await (await post("ada", verdict)).json()).state, "confirmed");
  }
  const other = { ...verdict, id: crypto.randomUUID(), flag: "rejected" };
  const { state, verdicts } = await (await post("lin", other)).json();
  assertEquals([state, verdicts.length], ["disagreed", 2]);
  const exported = await (await ask("/export?format=jsonl")).text();
  assertEquals(exported.split("\n").length, 2);
});
