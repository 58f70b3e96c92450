import { assert, assertEquals } from "@std/assert";
import { encodeRow } from "../../src/csv/encode.ts";
import { LocalFsAdapter } from "@flagstone/flagging";
import { openDataset } from "@flagstone/flagging/dataset";
import { createReview, localAuthorize } from "@flagstone/flagging/review";
import { TempDir } from "../helpers/temp_dir.ts";
import { browserTest, type Page } from "./_chromium.ts";

// A longer run raises it.
const ROWS = Number(Deno.env.get("FLAGSTONE_REVIEW_ROWS") ?? 1_000_000);
const TRIAGED = Number(Deno.env.get("FLAGSTONE_REVIEW_TRIAGED") ?? 1000);
/** Many times the bar of 500 ms, which the bench of a quiet machine is for. */
const PATIENCE_MS = 10_000;
const BATCH = 20_000;

/** Writes rows of a million prompts, the last one being the newest. */
function fill(path: string): void {
  const file = Deno.openSync(path, { write: true, createNew: true });
  const encoder = new TextEncoder();
  file.writeSync(encoder.encode(encodeRow(["prompt", "answer", "flag", "username", "timestamp"])));
  const start = Date.UTC(2026, 0, 1);
  for (let i = 0; i < ROWS;) {
    let text = "";
    for (const end = Math.min(ROWS, i + BATCH); i < end; i++) {
      const iso = new Date(start + i * 1000).toISOString();
      const time = `${iso.slice(0, 10)} ${iso.slice(11, 23)}000`;
      text += `prompt number ${i},answer of the model ${i},${
        i % 3 ? "good" : "wrong"
      },ada,${time}\r\n`;
    }
    file.writeSync(encoder.encode(text));
  }
  file.close();
}

/** The title of the chosen row. */
async function chosen(page: Page): Promise<string | null> {
  return await page.evaluate(() =>
    document.querySelector("li[aria-selected=true] p")?.textContent ?? null
  );
}

browserTest(`${TRIAGED} samples of ${ROWS} are triaged by keys alone`, {}, async ({ page }) => {
  await using dir = new TempDir();
  fill(`${dir.path}/dataset1.csv`);
  const storage = new LocalFsAdapter({ root: dir.path });
  const access = localAuthorize({ username: "ada" });
  await using review = createReview({ storage, directory: "", authorize: access.authorize });
  const handler = (request: Request) => review(request);
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handler);
  const url = access.url(`http://127.0.0.1:${server.addr.port}/`);
  const opened = performance.now();
  await page.goto(url);
  await page.locator("#list li").first().waitFor();
  const first = performance.now() - opened;
  await page.locator("#editors textarea").waitFor();
  const begun = performance.now();
  for (let i = 0; i < TRIAGED; i++) {
    const judged = await chosen(page);
    await page.keyboard.press(`${i % 3 + 1}`);
    // A person looks at the next row before the next key.
    while (await chosen(page) === judged) await new Promise((done) => setTimeout(done, 1));
  }
  await page.locator("#pending:empty").waitFor({ state: "attached", timeout: 120_000 });
  const each = (performance.now() - begun) / TRIAGED;
  // deno-lint-ignore no-console -- the bars of the page
  console.log(`first row after ${first.toFixed(0)} ms, ${each.toFixed(1)} ms for each verdict`);
  assert(first < PATIENCE_MS, `${first} ms`);
  const verdicts = await Array.fromAsync((await openDataset(storage, "verdicts")).rows());
  assertEquals(verdicts.length, TRIAGED);
  assertEquals(new Set(verdicts.map(({ values }) => values.rowId)).size, TRIAGED);
  const newest = await Array.fromAsync(
    (await openDataset(storage, "")).rows({ order: "-timestamp", limit: TRIAGED }),
  );
  const judged = new Set(verdicts.map(({ values }) => values.rowId));
  assertEquals(newest.filter(({ rowId }) => !judged.has(rowId)).length, 0);
});
