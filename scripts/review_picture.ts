// deno-lint-ignore-file no-console -- a script that reports on a terminal
// Takes docs/review.png, the picture of the review page, in Chromium.
//
//   deno task review:picture
//   deno task review:picture --dark --width 400 --output /tmp/review.png

import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
// deno-lint-ignore no-import-prefix -- only for this script: in deno.json every task would load it
import { chromium, type Page } from "npm:playwright-core@1.65.1";
import { createReview } from "../src/review/mod.ts";
import { MemoryAdapter } from "../mod.ts";
import { flagSamples } from "./_review_sample.ts";

const MAX_BYTES = 450_000;
const ARGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];

/** Does what the picture shows: some verdicts, and a sample with a picture. */
async function visit(page: Page, chat: boolean): Promise<void> {
  await page.locator("#list li").first().waitFor();
  await page.locator(".bar").first().waitFor({ state: "attached" });
  for (const key of chat ? "12" : "112") {
    await page.keyboard.press(key);
    await page.waitForTimeout(150);
  }
  if (chat) await page.locator("li", { hasText: "Which planet" }).first().click();
  await page.locator("#editors textarea").waitFor();
  await page.waitForTimeout(700);
}

const { values: { dark = false, chat = false, width, height, output } } = parseArgs({
  args: Deno.args,
  options: {
    dark: { type: "boolean" },
    chat: { type: "boolean" },
    width: { type: "string", default: "1280" },
    height: { type: "string", default: "760" },
    output: {
      type: "string",
      default: fileURLToPath(new URL("../docs/review.png", import.meta.url)),
    },
  },
});
const storage = new MemoryAdapter();
await flagSamples(storage, { directory: "flagged", count: 240 });
const authorize = () => ({ username: "ada" });
await using review = createReview({
  storage,
  directory: "flagged",
  authorize,
  onError: console.error,
});
await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, review);
const executablePath = Deno.env.get("FLAGSTONE_CHROMIUM") ?? "/usr/bin/chromium";
await using browser = await chromium.launch({ executablePath, args: ARGS });
const page = await browser.newPage({
  viewport: { width: Number(width), height: Number(height) },
  deviceScaleFactor: 2,
  colorScheme: dark ? "dark" : "light",
});
page.on("console", (message) => console.error(message.text()));
page.on("pageerror", (error) => console.error(error));
await page.goto(`http://127.0.0.1:${server.addr.port}/`);
await visit(page, chat);
const path = resolve(output);
const picture = await page.screenshot();
await Deno.writeFile(path, picture);
console.log(`${path}: ${picture.length} bytes`);
if (picture.length > MAX_BYTES) throw new Error(`The picture has more than ${MAX_BYTES} bytes`);
