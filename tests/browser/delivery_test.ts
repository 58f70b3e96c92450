import { assertEquals } from "@std/assert";
import { TempDir } from "../helpers/temp_dir.ts";
import {
  browserTest,
  openProfile,
  type Page,
  press,
  pressed,
  until,
  untilState,
  watchEvents,
} from "./_chromium.ts";
import { type Endpoint, html, startEndpoint } from "./_endpoint.ts";

const ONE = '<flagstone-feedback action="/feedback" options="good,bad"></flagstone-feedback>';
const CHAT = ["m1", "m2", "m3"].map((subject) =>
  `<flagstone-feedback id="${subject}" action="/feedback" subject="${subject}" options="good,bad" remember></flagstone-feedback>`
).join("");
const pages = {
  "/": html(ONE),
  "/chat": html(CHAT),
  "/other": html("other", ""),
  "/empty": html(""),
  "/json": { html: '{"id":"x"}', headers: { "content-type": "application/json" } },
};

function posts({ log }: Endpoint): string[] {
  return log.filter(({ method }) => method === "POST").map(({ headers }) =>
    headers.get("idempotency-key")!
  );
}

/** The names of the entries that wait. */
async function waiting(page: Page): Promise<string[]> {
  return await page.evaluate(() =>
    Object.keys(localStorage).filter((name) => name.startsWith("flagstone:outbox"))
  );
}

browserTest(
  "a verdict whose answer is lost is sent again, and is one row",
  { pages },
  async ({ endpoint, page }) => {
    await page.goto(endpoint.url);
    endpoint.faults.push("destroy", "destroy", "destroy");
    await page.click("button[value=good]");
    await untilState(page, "saved");
    assertEquals(endpoint.rows().map(({ request }) => request.option), ["good"]);
    assertEquals(new Set(posts(endpoint)).size, 1);
    assertEquals(await waiting(page), []);
  },
);

browserTest("an own option is one request each way", { pages }, async ({ endpoint, page }) => {
  await page.goto(endpoint.url);
  await press(page, "good");
  await untilState(page, "saved");
  assertEquals(posts(endpoint).length, 1);
  await press(page, "good");
  await until(() => endpoint.rows().length === 2, "the withdrawal");
  await page.waitForTimeout(300);
  assertEquals(posts(endpoint).length, 2);
});

browserTest(
  "a 503 queues the verdict until Retry-After is over",
  { pages },
  async ({ endpoint, page }) => {
    const events = await watchEvents(page);
    await page.goto(endpoint.url);
    endpoint.faults.push(new Response("", { status: 503, headers: { "retry-after": "2" } }));
    const start = performance.now();
    await page.click("button[value=good]");
    await untilState(page, "queued");
    assertEquals(await page.textContent("[role=status]"), "Not sent yet.");
    assertEquals(await pressed(page), "good");
    await untilState(page, "saved");
    assertEquals(performance.now() - start > 1900, true);
    assertEquals(await events(), ["submit", "queued", "sent"]);
    assertEquals(endpoint.rows().length, 1);
  },
);

for (const status of [408, 425, 429, 500, 502]) {
  browserTest(`a ${status} is tried again`, { pages }, async ({ endpoint, page }) => {
    await page.goto(endpoint.url);
    endpoint.faults.push(new Response("{}", { status }));
    await page.click("button[value=good]");
    await untilState(page, "saved");
    assertEquals(endpoint.rows().length, 1);
  });
}

browserTest(
  "a success that is not JSON, and a redirect, are no answers",
  { pages },
  async ({ endpoint, page }) => {
    await page.goto(endpoint.url);
    endpoint.faults.push(
      new Response("<html>Please log in</html>"),
      new Response("", { status: 302, headers: { location: "/json" } }),
    );
    await page.click("button[value=good]");
    await untilState(page, "queued");
    await untilState(page, "saved");
    assertEquals(endpoint.rows().length, 1);
  },
);

browserTest(
  "a withdrawal of a queued verdict is sent after it",
  { pages },
  async ({ endpoint, page }) => {
    await page.goto(endpoint.url);
    endpoint.faults.push(new Response("", { status: 503, headers: { "retry-after": "30" } }));
    await press(page, "good");
    await untilState(page, "queued");
    await press(page, "good");
    await until(() => endpoint.rows().length === 2, "both rows");
    const [first, second] = endpoint.rows();
    assertEquals(second!.request.replaces, first!.key);
    await page.locator("[role=status]", { hasText: "Withdrawn." }).waitFor();
    assertEquals(endpoint.current(), []);
  },
);

browserTest(
  "a late duplicate after an undo does not bring the verdict back",
  { pages },
  async ({ endpoint, page }) => {
    await page.goto(endpoint.url);
    await press(page, "good");
    await untilState(page, "saved");
    await press(page, "good");
    await until(() => endpoint.rows().length === 2, "the withdrawal");
    const { headers, body } = endpoint.log.find(({ method }) => method === "POST")!;
    const late = await fetch(`${endpoint.url}/feedback`, {
      method: "POST",
      body,
      headers: {
        "content-type": "application/json",
        accept: "application/json",
        "idempotency-key": headers.get("idempotency-key")!,
      },
    });
    await late.body?.cancel();
    assertEquals(late.status, 200);
    assertEquals(endpoint.rows().length, 2);
    assertEquals(endpoint.current(), []);
  },
);

browserTest(
  "a change that is refused hands on what it replaces",
  { pages },
  async ({ endpoint, page }) => {
    await page.goto(`${endpoint.url}/`);
    await press(page, "good");
    await untilState(page, "saved");
    const { promise, resolve } = Promise.withResolvers<void>();
    await page.route("**/feedback", async (route) => {
      await promise;
      await route.fulfill({ status: 422, body: "{}" });
    }, { times: 1 });
    await press(page, "bad");
    await page.click("button[value=good]", { force: true });
    resolve();
    await until(() => endpoint.rows().length === 2, "the second change");
    assertEquals(endpoint.rows()[1]!.request.replaces, endpoint.rows()[0]!.key);
    assertEquals(endpoint.current().length, 1);
  },
);

browserTest(
  "200 presses, each followed by a navigation, are 200 rows, also of another origin",
  { pages },
  async ({ endpoint, page }) => {
    // Another origin has a preflight first, which a plain request does not survive.
    const other = await startEndpoint({ origins: [endpoint.url] });
    try {
      for (let count = 0; count < 200; count++) {
        await page.goto(`${endpoint.url}/empty`);
        await page.evaluate((url) => {
          const element = document.createElement("flagstone-feedback");
          element.setAttribute("action", `${url}/feedback`);
          element.setAttribute("options", "good,bad");
          document.body.append(element);
          element.shadowRoot!.querySelector<HTMLElement>("button[value=good]")!.click();
          location.href = "/other";
        }, other.url);
        await page.waitForURL("**/other");
        // Without the help of the outbox: the next visit would send what is left.
        await until(() => other.rows().length > count, `row ${count}`);
      }
      assertEquals(other.rows().length, 200);
    } finally {
      await other.close();
    }
  },
);

browserTest(
  "200 presses, each followed by closing the tab, are 200 rows",
  { pages },
  async ({ context, endpoint, page }) => {
    for (let count = 0; count < 200; count++) {
      const tab = await context.newPage();
      await tab.goto(endpoint.url);
      await tab.evaluate(() => {
        const { shadowRoot } = document.querySelector("flagstone-feedback")!;
        shadowRoot!.querySelector<HTMLElement>("button[value=good]")!.click();
      });
      await tab.close();
      await until(() => endpoint.rows().length > count, `row ${count}`);
    }
    await page.goto(endpoint.url);
    await until(() => endpoint.rows().length === 200, "200 rows");
    await page.waitForTimeout(500);
    assertEquals(endpoint.rows().length, 200);
  },
);

browserTest("verdicts and an undo that were given offline survive a restart of the browser", {
  pages,
}, async ({ endpoint }) => {
  await using dir = new TempDir();
  const first = await openProfile(dir.path);
  const page = await first.newPage();
  await page.goto(`${endpoint.url}/chat`);
  await first.setOffline(true);
  for (const [subject, option] of [["m1", "good"], ["m2", "bad"], ["m3", "good"]]) {
    await page.click(`#${subject} button[value=${option}]`);
    await untilState(page, "queued", `#${subject}`);
  }
  await page.waitForTimeout(600);
  await page.click("#m3 button[value=good]");
  await page.locator("#m3 button[value=good][aria-pressed=false]").waitFor();
  assertEquals((await waiting(page)).length, 4);
  assertEquals(endpoint.rows(), []);
  await first.close();

  const second = await openProfile(dir.path);
  const again = await second.newPage();
  await again.goto(`${endpoint.url}/chat`);
  await until(() => endpoint.rows().length === 4, "all rows");
  const current = endpoint.current().map(({ request }) => [request.subject, request.option]);
  assertEquals(current.sort(), [["m1", "good"], ["m2", "bad"]]);
  await untilState(again, "saved", "#m1");
  for (const [subject, option] of [["m1", "good"], ["m2", "bad"]]) {
    await again.locator(`#${subject} button[value=${option}][aria-pressed=true]`).waitFor();
  }
  assertEquals(await again.locator("#m3 button[aria-pressed=true]").count(), 0);
  assertEquals(await waiting(again), []);
  await second.close();
});

browserTest(
  "what was given offline is sent when the browser is online",
  { pages },
  async ({ context, endpoint, page }) => {
    await page.goto(endpoint.url);
    endpoint.faults.push(new Response("{}", { status: 503, headers: { "retry-after": "3000" } }));
    await page.click("button[value=good]");
    await untilState(page, "queued");
    await context.setOffline(true);
    await context.setOffline(false);
    await untilState(page, "saved");
    assertEquals(endpoint.rows().length, 1);
  },
);

browserTest(
  "two tabs flush one outbox, each entry once, and both show it",
  { pages },
  async ({ context, endpoint, page }) => {
    await page.goto(`${endpoint.url}/chat`);
    await context.setOffline(true);
    for (const subject of ["m1", "m2", "m3"]) await page.click(`#${subject} button[value=good]`);
    await untilState(page, "queued", "#m3");
    await page.waitForTimeout(600);
    for (const subject of ["m1", "m2", "m3"]) await page.click(`#${subject} button[value=bad]`);
    assertEquals((await waiting(page)).length, 6);
    const other = await context.newPage();
    for (let count = 0; count < 12; count++) {
      endpoint.faults.push(new Promise((resolve) => setTimeout(resolve, 200 * count)));
    }
    await context.setOffline(false);
    await other.goto(`${endpoint.url}/chat`);
    for (const tab of [page, other]) await tab.evaluate(() => dispatchEvent(new Event("online")));
    await until(() => endpoint.rows().length === 6, "six rows");
    await page.waitForTimeout(500);
    assertEquals(posts(endpoint).length, 6);
    for (const tab of [page, other]) {
      for (const subject of ["m1", "m2", "m3"]) {
        await tab.locator(`#${subject}[data-state=saved] button[value=bad][aria-pressed=true]`)
          .waitFor();
      }
    }
    assertEquals(endpoint.current().map(({ request }) => request.option), ["bad", "bad", "bad"]);
  },
);

browserTest(
  "entries of seven days are dropped, and more than 50 are not stored",
  { pages },
  async ({ context, endpoint, page }) => {
    await page.goto(endpoint.url);
    await page.evaluate((action) => {
      const entry = { action, chain: "c", tries: 1, remember: false, body: { option: "good" } };
      for (let n = 0; n < 50; n++) {
        const at = Date.now() - (n < 10 ? 8 : 6) * 24 * 3600 * 1000 + n;
        localStorage[`flagstone:outbox old-${n}`] = JSON.stringify({
          ...entry,
          key: `old-${n}`,
          at,
        });
      }
    }, `${endpoint.url}/feedback`);
    await context.setOffline(true);
    for (let n = 0; n < 11; n++) {
      await page.evaluate(() => document.body.append(document.createElement("flagstone-feedback")));
      const element = page.locator("flagstone-feedback").last();
      await element.evaluate((host, action) => {
        host.setAttribute("action", action);
        host.setAttribute("options", "good,bad");
        document.body.append(host);
      }, `${endpoint.url}/feedback`);
      await element.locator("button[value=bad]").click();
    }
    assertEquals((await waiting(page)).length, 50);
    await context.setOffline(false);
    for (let left = 50; left > 0; left = (await waiting(page)).length) {
      await page.waitForTimeout(100);
    }
    await until(() => endpoint.rows().length >= 51, "51 rows");
    await page.waitForTimeout(500);
    assertEquals(endpoint.rows().length, 51);
  },
);
