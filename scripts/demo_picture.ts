// deno-lint-ignore-file no-console -- a script that reports on a terminal
// Takes docs/demo.png, the picture of the demo: serves the demo in an empty directory, and uses it in
// Chromium as a visitor may. Times and random texts are the same in each run.
//
//   deno task demo:picture
//   deno task demo:picture --dark --width 400 --output /tmp/demo.png

import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
// deno-lint-ignore no-import-prefix -- only for this script: in deno.json every task would load it
import { chromium, type Page } from "npm:playwright-core@1.65.1";
import { startDemo } from "../examples/_demo_server.ts";
import { PICTURE, sourcesHash, withHash } from "./_demo_sources.ts";

const MAX_BYTES = 300_000;
const HEIGHT = 760;
const ARGS = [
  ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

/** Waits until the page shows a number of rows of a dataset. */
async function rowsShown(page: Page, dataset: string, count: number): Promise<void> {
  const rows = page.locator(`table[data-file="flagged/${dataset}/dataset1.csv"] tbody tr`);
  await rows.nth(count - 1).waitFor();
}

/** Draws a prompt and flags the picture. */
async function flagPicture(page: Page, prompt: string, option: string): Promise<void> {
  await page.getByLabel("Prompt").fill(prompt);
  await page.getByRole("button", { name: "Draw" }).click();
  await page.getByRole("button", { name: option }).click();
}

/** Does what the picture shows. */
async function visit(page: Page): Promise<void> {
  await flagPicture(page, "a blue square", "good");
  await rowsShown(page, "images", 1);
  await flagPicture(page, "a green triangle", "wrong colour");
  await rowsShown(page, "images", 2);
  await page.getByLabel("Comment").fill("it is red");
  await page.getByRole("button", { name: "Send" }).click();
  await rowsShown(page, "images", 3);
  await page.getByRole("button", { name: "Dislike" }).first().click();
  await rowsShown(page, "messages", 1);
  await page.getByRole("button", { name: "Like", exact: true }).last().click();
  await rowsShown(page, "messages", 2);
}

/** Returns digits that look random, and are the same in each run. */
function digits(number: number): string {
  return (Math.imul(number + 1, 0x9e3779b1) >>> 0).toString(16).padStart(8, "0");
}

/** What differs from run to run. */
interface Varying {
  readonly kind: RegExp;
  /** Returns what is shown in place of the n-th such text. */
  readonly by: (n: number) => string;
  /** Whether the n-th is that of the sorted texts, and not that of the page. */
  readonly isSorted?: boolean;
}

const VARYING: readonly Varying[] = [
  { // a time
    kind: /^\d{4}-\d\d-\d\d [\d:.]{15}$/,
    by: (n) => `2026-01-31 12:00:${20 + 7 * n}.${parseInt(digits(n), 16) % 900_000 + 100_000}`,
    isSorted: true,
  },
  { // the id of a row
    kind: /^[\w-]{4}…[\w-]{3}$/,
    by: (n) => `${digits(n).slice(0, 4)}…${digits(n).slice(-3)}`,
  },
  { // the random part of a path
    kind: /\/[0-9a-f]+…[0-9a-f]+\//,
    by: (n) => `/${digits(n).slice(0, 7)}…${digits(n + 9).slice(0, 5)}/`,
  },
];

/** Replaces what differs from run to run, the same text always by the same one. */
function stable(texts: readonly string[]): string[] {
  let result = [...texts];
  for (const { kind, by, isSorted } of VARYING) {
    const found = [...new Set(result.flatMap((text) => kind.exec(text)?.[0] ?? []))];
    if (isSorted) found.sort();
    result = result.map((text) => text.replace(kind, (one) => by(found.indexOf(one))));
  }
  return result;
}

const { values: { dark = false, width, output } } = parseArgs({
  args: Deno.args,
  options: {
    dark: { type: "boolean" },
    width: { type: "string", default: "1080" },
    output: { type: "string", default: fileURLToPath(PICTURE) },
  },
});
const directory = await Deno.makeTempDir({ prefix: "flagstone-demo-" });
const executablePath = Deno.env.get("FLAGSTONE_CHROMIUM") ?? "/usr/bin/chromium";
const path = resolve(output);
Deno.chdir(directory); // the demo logs into ./flagged
try {
  await using server = startDemo(0);
  await using browser = await chromium.launch({ executablePath, args: ARGS });
  const page = await browser.newPage({
    viewport: { width: Number(width), height: HEIGHT },
    deviceScaleFactor: 2,
    colorScheme: dark ? "dark" : "light",
  });
  page.on("console", (message) => console.error(message.text()));
  await page.goto(server.url);
  await visit(page);
  const cells = page.locator("td del, td:not(:has(del))");
  const texts = stable(await cells.allTextContents());
  await cells.evaluateAll(
    (all, texts) => all.forEach((cell, i) => cell.textContent = texts[i]!),
    texts,
  );
  const png = withHash(await page.screenshot({ fullPage: true }), await sourcesHash());
  await Deno.writeFile(path, png);
  console.log(`${path}: ${png.length} bytes`);
  if (png.length > MAX_BYTES) throw new Error(`The picture has more than ${MAX_BYTES} bytes`);
} finally {
  Deno.chdir("/");
  await Deno.remove(directory, { recursive: true });
}
