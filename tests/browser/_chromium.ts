// deno-lint-ignore-file no-console -- says why tests are skipped
// deno-lint-ignore no-import-prefix -- only for these tests: in deno.json every task would load it
import { type Browser, type BrowserContext, chromium, type Page } from "npm:playwright-core@1.65.1";
import { type Endpoint, type EndpointOptions, startEndpoint } from "./_endpoint.ts";

export type { Browser, BrowserContext, Page };

const ARGS = [
  ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

/** The path of Chromium, or `undefined` if there is none. */
function findChromium(): string | undefined {
  for (const path of [Deno.env.get("FLAGSTONE_CHROMIUM"), "/usr/bin/chromium"]) {
    try {
      if (path && Deno.statSync(path).isFile) return path;
    } catch {
      // Not there.
    }
  }
}

const executablePath = findChromium();
if (executablePath === undefined) {
  console.error("Skipped: no Chromium at /usr/bin/chromium, nor where FLAGSTONE_CHROMIUM says");
}

/** Options of a browser test. */
export interface BrowserTestOptions extends EndpointOptions {
  /** Options of the browser's context, such as `javaScriptEnabled`. */
  readonly context?: Parameters<Browser["newContext"]>[0];
}

/** What a test gets. */
export interface Stage {
  readonly endpoint: Endpoint;
  readonly browser: Browser;
  readonly context: BrowserContext;
  readonly page: Page;
}

/** Starts a browser whose profile is kept in a directory. */
export async function openProfile(directory: string): Promise<BrowserContext> {
  return await chromium.launchPersistentContext(directory, {
    executablePath: executablePath!,
    args: ARGS,
  });
}

/** The browser of all tests of a file, whose contexts share nothing. */
let shared: Promise<Browser> | undefined;
Deno.test.afterAll(async () => await (await shared)?.close());

/** Defines a test with a server, and a browser that shows no page yet. */
export function browserTest(
  name: string,
  options: BrowserTestOptions,
  run: (stage: Stage) => Promise<void>,
): void {
  Deno.test({
    name,
    ignore: executablePath === undefined,
    // playwright-core keeps processes and timers of its own.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const endpoint = await startEndpoint(options);
      shared ??= chromium.launch({ executablePath: executablePath!, args: ARGS });
      const browser = await shared;
      const context = await browser.newContext(options.context);
      try {
        const page = await context.newPage();
        page.setDefaultTimeout(10_000);
        await run({ endpoint, browser, context, page });
      } finally {
        await context.close();
        await endpoint.close();
      }
    },
  });
}

/** Waits until a condition of the test's own holds. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const end = Date.now() + 15_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`Not within 15 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Waits for a state of an element. */
export async function untilState(
  page: Page,
  state: string,
  host: string = "flagstone-feedback",
): Promise<void> {
  await page.locator(`${host}[data-state=${state}]`).waitFor({ state: "attached" });
}

/** Presses an option, as a person who does not press twice within half a second. */
export async function press(page: Page, option: string): Promise<void> {
  await page.waitForTimeout(550);
  await page.click(`button[value=${option}]`);
}

/** Returns the option that shows as pressed. */
export async function pressed(page: Page): Promise<string | null> {
  const button = page.locator("button[aria-pressed=true]");
  return await button.count() === 0 ? null : await button.getAttribute("value");
}

/** Collects the events of the elements of a page, as `window.events`. */
export async function watchEvents(page: Page): Promise<() => Promise<string[]>> {
  await page.addInitScript(() => {
    const seen: string[] = [];
    Object.assign(globalThis, { seen });
    for (const type of ["submit", "saved", "queued", "error", "sent"]) {
      addEventListener(`flagstone-${type}`, () => seen.push(type));
    }
  });
  return () => page.evaluate(() => (globalThis as unknown as { seen: string[] }).seen);
}
