// deno-lint-ignore no-import-prefix -- only for these tests: in deno.json every task would load it
import axe from "npm:axe-core@4.11.0";
import { assert, assertEquals } from "@std/assert";
import { ChatCSVLogger, CSVLogger, files, MemoryAdapter } from "@flagstone/flagging";
import { openDataset } from "@flagstone/flagging/dataset";
import { createReview, localAuthorize } from "@flagstone/flagging/review";
import { browserTest, type Page, until } from "./_chromium.ts";

type Handler = (request: Request) => Response | Promise<Response>;

/** A review page on a port of this machine, which can be away for a while. */
class Server implements AsyncDisposable {
  readonly storage: MemoryAdapter = new MemoryAdapter();
  readonly errors: unknown[] = [];
  readonly #access = localAuthorize({ username: "ada" });
  readonly #review = createReview({
    storage: this.storage,
    directory: "flagged",
    authorize: this.#access.authorize,
    onError: (error) => this.errors.push(error),
  });
  /** Stands before the review page. */
  handle: Handler = (request) => this.#review(request);
  #server: Deno.HttpServer<Deno.NetAddr> = this.#listen(0);
  readonly #port: number = this.#server.addr.port;

  #listen(port: number): Deno.HttpServer<Deno.NetAddr> {
    return Deno.serve(
      { hostname: "127.0.0.1", port, onListen: () => {} },
      (request) => this.handle(request),
    );
  }

  review(request: Request): Promise<Response> {
    return this.#review(request);
  }

  get url(): string {
    return this.#access.url(`http://127.0.0.1:${this.#port}/`);
  }

  async away(): Promise<void> {
    await this.#server.shutdown();
  }

  back(): void {
    this.#server = this.#listen(this.#port);
  }

  /** The rows of verdicts, without what differs from run to run. */
  async verdicts(): Promise<Record<string, string>[]> {
    const dataset = await openDataset(this.storage, "flagged/verdicts").catch(() => null);
    const rows = dataset === null ? [] : await Array.fromAsync(dataset.rows());
    return rows.map(({ values: { column, correction, comment, flag, username } }) =>
      ({ column, correction, comment, flag, username }) as Record<string, string>
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
    await this.#review[Symbol.asyncDispose]();
  }
}

/** Starts a server with rows: the last of `questions` is the newest. */
async function serve(questions: readonly string[], given: readonly File[] = []): Promise<Server> {
  const server = new Server();
  await using logger = new CSVLogger({ storage: server.storage, verbose: false });
  await logger.setup(["question", "answer", files("attached")], "flagged");
  for (const [i, question] of questions.entries()) {
    await logger.flag([question, `answer ${i}`, given], i % 2 ? "good" : "wrong", "eve");
  }
  return server;
}

/** Opens the page, and collects what goes wrong in it. */
async function open(page: Page, { url }: Server): Promise<string[]> {
  const mistakes: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) mistakes.push(message.text());
  });
  page.on("pageerror", (error) => mistakes.push(String(error)));
  page.on("dialog", (dialog) => {
    if (dialog.type() !== "beforeunload") mistakes.push(dialog.message());
    dialog.accept();
  });
  await page.goto(url);
  await page.locator("#list li").first().waitFor();
  await page.locator("#editors textarea").waitFor();
  return mistakes;
}

/** The title of the chosen row. */
async function chosen(page: Page): Promise<string | null> {
  return await page.locator("li[aria-selected=true] p").textContent();
}

async function untilSent(page: Page): Promise<void> {
  await page.locator("#pending:empty").waitFor({ state: "attached" });
}

const FIVE = ["one", "two", "three", "four", "five"];

browserTest("a person reviews by keys alone, and the verdicts are there", {}, async ({ page }) => {
  await using server = await serve(FIVE);
  const mistakes = await open(page, server);
  assert(!page.url().includes("token"));
  assertEquals(await chosen(page), "five");
  await page.keyboard.press("1");
  assertEquals(await chosen(page), "four");
  await page.keyboard.press("2");
  await page.keyboard.press("s");
  assertEquals(await chosen(page), "two");
  await page.keyboard.press("k");
  await page.keyboard.press("3");
  await page.keyboard.press("j");
  assertEquals(await chosen(page), "one");
  await page.locator("#sample h1", { hasText: "one" }).waitFor();
  await page.locator("#editors textarea").waitFor();
  await page.keyboard.press("c");
  await page.keyboard.type("1j odd");
  await page.keyboard.press("Enter");
  await untilSent(page);
  await page.locator(".review", { hasText: "1j odd" }).waitFor();
  await page.keyboard.press("e");
  await page.keyboard.type("better");
  await page.keyboard.press("Control+Enter");
  await page.locator(".review", { hasText: "better" }).waitFor();
  await page.keyboard.press("1");
  await page.locator(".review", { hasText: "confirmed" }).waitFor();
  const said = { column: "", correction: "", comment: "", flag: "", username: "ada" };
  assertEquals(await server.verdicts(), [
    { ...said, flag: "confirmed" },
    { ...said, flag: "rejected" },
    { ...said, flag: "unclear" },
    { ...said, comment: "1j odd" },
    { ...said, column: "answer", correction: "better" },
    { ...said, comment: "1j odd", flag: "confirmed" }, // the comment stays
  ]);
  assertEquals(mistakes, []);
});

browserTest("undo takes back the last thing, and the one before", {}, async ({ page }) => {
  await using server = await serve(FIVE);
  await open(page, server);
  for (const key of ["1", "2", "u"]) await page.keyboard.press(key);
  assertEquals(await chosen(page), "four");
  await page.keyboard.press("u");
  assertEquals(await chosen(page), "five");
  await page.keyboard.press("u");
  assertEquals(await page.locator("#status").textContent(), "Nothing to undo");
  await untilSent(page);
  await page.locator("li").first().locator(".flag.done").waitFor({ state: "detached" });
  assertEquals((await server.verdicts()).map(({ flag }) => flag), [
    "confirmed",
    "rejected",
    "",
    "",
  ]);
});

browserTest("filters are in the address, and outlast a reload", {}, async ({ page }) => {
  await using server = await serve(FIVE);
  const mistakes = await open(page, server);
  const shown = () => page.locator("#list li p").allTextContents();
  await page.getByRole("checkbox", { name: "wrong" }).check();
  await page.locator("#list li:nth-child(3):last-child").waitFor();
  assertEquals(await shown(), ["five", "three", "one"]);
  await page.keyboard.press("Escape");
  await page.keyboard.press("/");
  await page.keyboard.type("answer 2");
  await page.keyboard.press("Escape");
  await page.locator("#list li:only-child").waitFor();
  assertEquals(await shown(), ["three"]);
  assertEquals(new URL(page.url()).search, "?flag=wrong&search=answer+2");
  await page.reload();
  await page.locator("#list li:only-child").waitFor();
  assertEquals(await page.inputValue("#search"), "answer 2");
  assert(await page.getByRole("checkbox", { name: "wrong" }).isChecked());
  await page.goBack();
  await page.locator("#list li:nth-child(3)").waitFor();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await page.locator("#list li:nth-child(5)").waitFor();
  await page.locator("#totals", { hasText: "5 samples" }).waitFor();
  assertEquals(mistakes, []);
});

const HOSTILE = [
  `<img src=x onerror="alert(1)">`,
  `<script>alert(1)</script>`,
  `"><svg onload=alert(1)>`,
  `javascript:alert(1)`,
  "\u202egnp.exe\u0000\u200b",
  `[{"role":"<b>x</b>","content":"<iframe srcdoc='<script>parent.alert(1)</script>'>"}]`,
];

browserTest("hostile texts and files do not run, and violate no policy", {}, async ({ page }) => {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`;
  const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  const given = [
    new File([svg], "a.svg"),
    new File([png, "<script>alert(1)</script>"], `x" onerror="alert(1).png`),
    new File(["<script>alert(1)</script>"], "page.html"),
  ];
  await using server = await serve(HOSTILE, given);
  const mistakes = await open(page, server);
  const titles = await page.locator("#list li p").allTextContents();
  assertEquals(titles.slice(2), HOSTILE.slice(0, 4).toReversed());
  assertEquals(titles[1], "U+202Egnp.exeU+0000U+200B");
  for (let i = 0; i < HOSTILE.length; i++) {
    await page.locator("#sample .file").first().waitFor();
    assertEquals(
      await page.locator("#sample script, #sample iframe, #sample svg, #sample b.x").count(),
      0,
    );
    await page.keyboard.press("j");
    await page.waitForTimeout(50);
  }
  const link = page.locator("#sample .file a").first();
  const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
  assert(download.suggestedFilename().endsWith(".svg"));
  assertEquals(mistakes.filter((text) => /alert|policy|violat|1$/i.test(text)), []);
});

browserTest(
  "verdicts wait while the server is away, and arrive once in order",
  {},
  async ({ page }) => {
    await using server = await serve(FIVE);
    await open(page, server);
    await server.away();
    await page.keyboard.press("1");
    await page.keyboard.press("2");
    await page.keyboard.press("3");
    await page.locator("#pending", { hasText: "3 unsent" }).waitFor();
    const isKept = await page.evaluate(() => {
      const event = new Event("beforeunload", { cancelable: true });
      return !dispatchEvent(event);
    });
    assert(isKept);
    server.back();
    await untilSent(page);
    const flags = (await server.verdicts()).map(({ flag }) => flag);
    assertEquals(flags, ["confirmed", "rejected", "unclear"]);
  },
);

browserTest(
  "a verdict whose answer is lost is sent again, and saved once",
  {},
  async ({ page }) => {
    await using server = await serve(FIVE);
    await open(page, server);
    let posts = 0;
    server.handle = async (request) => {
      const response = await server.review(request);
      if (request.method !== "POST" || ++posts !== 1) return response;
      await response.body?.cancel();
      return new Response("lost", { status: 502 });
    };
    await page.keyboard.press("1");
    await until(() => posts === 2, "the second request");
    await untilSent(page);
    assertEquals((await server.verdicts()).map(({ flag }) => flag), ["confirmed"]);
  },
);

browserTest(
  "keys that follow e are written, also before the sample is there",
  {},
  async ({ page }) => {
    await using server = await serve(FIVE);
    await open(page, server);
    const { promise: gate, resolve: release } = Promise.withResolvers<void>();
    server.handle = async (request) => {
      if (request.url.includes("/sample")) await gate;
      return await server.review(request);
    };
    for (const key of ["j", "j", "e", "1", "2"]) await page.keyboard.press(key);
    release();
    await page.locator("#correction:focus").waitFor();
    await page.keyboard.type("kept 3");
    await page.keyboard.press("Escape");
    await page.keyboard.press("j");
    await page.locator("#sample h1", { hasText: "two" }).waitFor();
    await page.keyboard.press("k");
    await page.locator("#sample h1", { hasText: "three" }).waitFor();
    assertEquals(await page.inputValue("#correction"), "kept 3"); // a draft, until it is saved
    assertEquals(await server.verdicts(), []);
  },
);

browserTest("rows that are added are offered", {}, async ({ page }) => {
  await using server = await serve(["one"]);
  await open(page, server);
  await page.locator("#totals", { hasText: "1 sample" }).waitFor();
  await using logger = new CSVLogger({ storage: server.storage, verbose: false });
  await logger.setup(["question", "answer", files("attached")], "flagged");
  await logger.flag(["two", "", []], "good", "eve");
  await page.getByRole("button", { name: "1 new" }).click({ timeout: 15_000 });
  await page.locator("#list li", { hasText: "two" }).waitFor();
});

for (const colorScheme of ["light", "dark"] as const) {
  browserTest(`axe-core finds nothing in the review page, ${colorScheme}`, {
    context: { colorScheme, bypassCSP: true },
  }, async ({ page }) => {
    await using server = await serve(FIVE);
    await open(page, server);
    await page.keyboard.press("1");
    await untilSent(page);
    await page.locator("#filters h2").first().waitFor();
    await page.evaluate(axe.source);
    const found = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      };
      return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html}`);
    });
    assertEquals(found, []);
  });
}

browserTest(
  "rows of several files are sorted by time once they are counted",
  {},
  async ({ page }) => {
    await using server = await serve(["one"]);
    const { storage } = server;
    await using chats = new ChatCSVLogger({ storage });
    await chats.setup("flagged"); // log.csv, whose rows come last until all are counted
    await chats.flag({ index: 0, value: "two" }, [{ role: "user", content: "two" }]);
    const authorize = () => ({ username: "ada" });
    await using uncounted = createReview({
      storage,
      directory: "flagged",
      index: "none",
      authorize,
    });
    let isCounting = true;
    server.handle = async (request) => {
      if (!isCounting || !/\/(?:rows|counts)\?/.test(request.url)) {
        return await server.review(
          request,
        );
      }
      const response = await uncounted(request);
      if (!request.url.includes("/counts")) return response;
      return Response.json({ ...await response.json(), index: "indexing" });
    };
    await open(page, server);
    const titles = page.locator("#list li p");
    assertEquals(await titles.allTextContents(), ["one", "two"]);
    await page.locator("#totals", { hasText: "counting" }).waitFor();
    isCounting = false;
    await page.locator("#list li").first().filter({ hasText: "two" }).waitFor();
    assertEquals(await titles.allTextContents(), ["two", "one"]);
  },
);
