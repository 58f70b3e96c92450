import { Buffer } from "node:buffer";
import { assert, assertEquals } from "@std/assert";
import { browserTest, press, until, untilState, watchEvents } from "./_chromium.ts";
import { html } from "./_endpoint.ts";
import { problem } from "./_rows.ts";

const FIELDS = `<input type="hidden" name="ticket" value="t1">
<input type="hidden" name="key" value="k1">
<fieldset><legend>Rate this answer</legend>
<button type="submit" name="option" value="good">Good</button>
<button type="submit" name="option" value="bad">Bad</button>
<label>Reason <select name="reason"><option value="">–</option><option value="wrong">Wrong</option></select></label>
<label>Comment <textarea name="comment" maxlength="2000"></textarea></label></fieldset>`;
const DATA =
  `<input name="data.question" value="2 + 2?"><input type="hidden" name="subject" value="m1">
<input type="file" name="files.picture"><input type="file" name="files.unused">
<button name="option" value="good">Good</button><button name="option" value="bad">Bad</button>`;
/** The components of DATA. */
const DATA_NAMES = ["question", "picture?", "unused?"];
const form = (fields: string, attributes = "") =>
  `<flagstone-feedback action="/feedback" comment="bad"><form method="post" action="/feedback" ${attributes}>${fields}</form></flagstone-feedback>`;
const pages = {
  "/": html('<flagstone-feedback action="/feedback" options="good,bad"></flagstone-feedback>'),
  "/form": html(form(FIELDS)),
  "/data": html(form(DATA)),
  "/plain": html(form(FIELDS), ""),
  "/multipart": html(
    form(`<input type="hidden" name="key" value="k1">${DATA}`, 'enctype="multipart/form-data"'),
  ),
  "/thanks": html("<p>Thank you</p>", ""),
  // The script comes first, and is there at once: the form is parsed after the element is defined.
  "/early": html(
    form(FIELDS),
    '<script type="module" async src="/element.js"></script>',
  ),
};
const upload = { name: "a.png", mimeType: "image/png", buffer: Buffer.from("PNG") };
const large = new Uint8Array(5000).fill(97);

browserTest(
  "without JavaScript the form sends a verdict, urlencoded",
  { pages, context: { javaScriptEnabled: false } },
  async ({ endpoint, page }) => {
    await page.goto(`${endpoint.url}/form`);
    await page.selectOption("select", "wrong");
    await page.fill("textarea", "It is red.");
    await page.click("button[value=bad]");
    await page.waitForURL("**/thanks");
    const [row] = endpoint.rows();
    assertEquals(row!.key, "k1");
    assertEquals(row!.request, {
      ticket: "t1",
      option: "bad",
      reason: "wrong",
      comment: "It is red.",
    });
  },
);

browserTest(
  "without JavaScript the form sends a file, as multipart",
  { pages, components: DATA_NAMES, context: { javaScriptEnabled: false } },
  async ({ endpoint, page }) => {
    await page.goto(`${endpoint.url}/multipart`);
    await page.setInputFiles("[name='files.picture']", upload);
    await page.click("button[value=good]");
    await page.waitForURL("**/thanks");
    assertEquals(endpoint.rows()[0]!.files, {
      picture: { name: "a.png", type: "image/png", text: "PNG" },
    });
  },
);

browserTest(
  "a form that was sent without script, and again with it, is one row",
  { pages },
  async ({ endpoint, page, browser }) => {
    const plain = await browser.newContext({ javaScriptEnabled: false });
    const first = await plain.newPage();
    await first.goto(`${endpoint.url}/form`);
    await first.click("button[value=good]");
    await first.waitForURL("**/thanks");
    await page.goto(`${endpoint.url}/form`);
    await page.click("button[value=good]");
    await untilState(page, "saved");
    assertEquals(endpoint.rows().length, 1);
  },
);

browserTest(
  "the fields of a form are taken",
  { pages, components: DATA_NAMES },
  async ({ endpoint, page }) => {
    await page.goto(`${endpoint.url}/data`);
    await page.fill("[name='data.question']", "3 + 3?");
    await page.click("button[value=good]");
    await untilState(page, "saved");
    assertEquals(endpoint.rows()[0]!.request, {
      data: { question: "3 + 3?" },
      subject: "m1",
      option: "good",
    });
  },
);

browserTest(
  "a form that is parsed after the element is defined is enhanced",
  { pages },
  async ({ endpoint, page }) => {
    await page.goto(`${endpoint.url}/form`);
    await page.goto(`${endpoint.url}/early`);
    await page.click("button[value=good]");
    await untilState(page, "saved");
    assertEquals(
      await page.evaluate(() => document.querySelector("flagstone-feedback")!.shadowRoot),
      null,
    );
  },
);

browserTest("a form keeps other buttons of the page", { pages }, async ({ endpoint, page }) => {
  await page.goto(`${endpoint.url}/data`);
  await page.evaluate(() => {
    const button = document.createElement("button");
    button.id = "own";
    document.querySelector("form")!.append(button);
    document.querySelector("form")!.addEventListener("submit", (event) => {
      Object.assign(globalThis, { prevented: event.defaultPrevented });
      event.preventDefault();
    });
  });
  await page.click("#own");
  assertEquals(
    await page.evaluate(() => (globalThis as unknown as { prevented: boolean }).prevented),
    false,
  );
  assertEquals(endpoint.rows(), []);
});

browserTest(
  "a file of the form goes with the verdict",
  { pages, components: DATA_NAMES },
  async ({ endpoint, page }) => {
    await page.goto(`${endpoint.url}/data`);
    await page.setInputFiles("[name='files.picture']", upload);
    await press(page, "good");
    await untilState(page, "saved");
    const [row] = endpoint.rows();
    assertEquals(row!.request, { data: { question: "2 + 2?" }, subject: "m1", option: "good" });
    assertEquals(row!.files, { picture: { name: "a.png", type: "image/png", text: "PNG" } });
    assertEquals(
      endpoint.log.find(({ method }) => method === "POST")!.headers.get("idempotency-key"),
      row!.key,
    );
    await press(page, "good");
    await until(() => endpoint.rows().length === 2, "the withdrawal");
    assertEquals(endpoint.rows()[1]!.request, { subject: "m1", replaces: row!.key });
  },
);

const properties = { pages, components: ["question", "parts", "note?", "blob?", "none?"] };
browserTest("data and files are properties", properties, async ({ endpoint, page }) => {
  await page.goto(endpoint.url);
  await page.evaluate(() => {
    const url = `data:text/plain;base64,${btoa("hello")}`;
    const data = { question: "2 + 2?", parts: [1, 2] };
    const files = { note: url, blob: new Blob(["<p>"], { type: "text/html" }), none: null };
    Object.assign(document.querySelector("flagstone-feedback")!, { data, files });
  });
  await page.click("button[value=good]");
  await untilState(page, "saved");
  const [row] = endpoint.rows();
  assertEquals(row!.request.data, { question: "2 + 2?", parts: [1, 2] });
  assertEquals(row!.files, {
    note: { name: "blob", type: "text/plain", text: "hello" },
    blob: { name: "blob", type: "text/html", text: "<p>" },
  });
});

browserTest(
  "properties that were set before the element is defined are kept",
  { pages, components: ["a"] },
  async ({ endpoint, page }) => {
    await page.addInitScript(() => {
      addEventListener("DOMContentLoaded", () => {
        const element = document.createElement("flagstone-feedback");
        element.setAttribute("action", "/feedback");
        element.setAttribute("options", "good");
        Object.assign(element, { data: { a: 1 }, labels: { good: "Great" } });
        document.body.replaceChildren(element);
      });
    });
    await page.goto(`${endpoint.url}/plain`);
    await page.addScriptTag({ type: "module", url: "/element.js" });
    await page.getByRole("button", { name: "Great" }).click();
    await untilState(page, "saved");
    assertEquals(endpoint.rows()[0]!.request.data, { a: 1 });
  },
);

const withFile = { pages, components: ["a", "picture?"] };
browserTest("a large file is uploaded first", withFile, async ({ endpoint, page }) => {
  await page.goto(endpoint.url);
  await page.evaluate((bytes) => {
    const files = { picture: new File([new Uint8Array(bytes)], "big.txt", { type: "text/plain" }) };
    Object.assign(document.querySelector("flagstone-feedback")!, { files, data: { a: 1 } });
  }, [...large]);
  endpoint.faults.push(new Response("{}", { status: 503 }));
  await page.click("button[value=good]");
  await untilState(page, "saved");
  const requests = endpoint.log.map(({ method, path }) =>
    `${method} ${path.replace(/(?<=uploads\/)[\w.-]+$/, "handle")}`
  );
  assertEquals(requests, [
    "GET /feedback",
    "POST /feedback/uploads",
    "PUT /feedback/uploads/handle",
    "POST /feedback",
    "POST /feedback", // after the 503, with the handle of the file that is there
  ]);
  assertEquals(JSON.parse(endpoint.log[1]!.body), {
    component: "picture",
    name: "big.txt",
    type: "text/plain",
    size: 5000,
  });
  assertEquals(endpoint.log[2]!.body.length, 5000);
  const handle = endpoint.log[2]!.path.split("/").at(-1)!;
  assertEquals(endpoint.rows()[0]!.request, {
    data: { a: 1 },
    option: "good",
    files: { picture: handle },
  });
});

browserTest(
  "an upload that the endpoint refuses refuses the verdict",
  { pages, components: ["picture?"] },
  async ({ endpoint, page }) => {
    const events = await watchEvents(page);
    await page.goto(endpoint.url);
    await page.route("**/uploads", async (route) => {
      const { status, headers, body } = problem(413, "too-large");
      const text = await new Response(body).text();
      await route.fulfill({ status, headers: Object.fromEntries(headers), body: text });
    });
    await page.evaluate(() => {
      const files = { picture: new Blob(["a".repeat(5000)]) };
      Object.assign(document.querySelector("flagstone-feedback")!, { files });
    });
    await page.click("button[value=good]");
    await untilState(page, "error");
    assertEquals(await events(), ["submit", "error"]);
    assertEquals(endpoint.rows(), []);
  },
);

const onlyFile = { pages, components: ["picture?"] };
browserTest("a verdict with a file is not stored", onlyFile, async ({ endpoint, page }) => {
  await page.goto(endpoint.url);
  await page.evaluate(() => {
    const files = { picture: new Blob(["a"]) };
    Object.assign(document.querySelector("flagstone-feedback")!, { files });
  });
  endpoint.faults.push(new Response("{}", { status: 503 }));
  await page.click("button[value=good]");
  await untilState(page, "queued");
  assertEquals(await page.evaluate(() => localStorage.length), 0);
  await untilState(page, "saved");
  assert(endpoint.rows()[0]!.files.picture);
});

const sealed = {
  pages: { "/": html('<flagstone-feedback action="/feedback" ticket="t1"></flagstone-feedback>') },
  components: ["picture?"],
  accepts: "tickets",
} as const;
browserTest("a large file is uploaded with the ticket", sealed, async ({ endpoint, page }) => {
  await page.goto(endpoint.url);
  await page.locator("button[value=good]").waitFor();
  await page.evaluate((bytes) => {
    const files = { picture: new File([new Uint8Array(bytes)], "big.unknown-type") };
    Object.assign(document.querySelector("flagstone-feedback")!, { files });
  }, [...large]);
  await page.click("button[value=good]");
  await untilState(page, "saved");
  assert(endpoint.rows()[0]!.request.files!.picture);
});
