import { assert, assertEquals, assertLess } from "@std/assert";
import { browserTest, press, pressed, until, untilState, watchEvents } from "./_chromium.ts";
import { html, startEndpoint } from "./_endpoint.ts";

const ONE = '<flagstone-feedback action="/feedback" comment="bad"></flagstone-feedback>';
const OWN = ONE.replace("<flagstone-feedback", '<flagstone-feedback options="good,bad"');
const THUMBS =
  '<flagstone-feedback action="/feedback" options="Like,Dislike"></flagstone-feedback>';
const CSP = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; " +
  "require-trusted-types-for 'script'";
const HOSTILE = `<style>
* { all: unset; float: right; position: relative; letter-spacing: 2em; text-transform: uppercase;
  visibility: hidden; line-height: 0; font-size: 3px; text-indent: -999px; pointer-events: none;
  white-space: nowrap; cursor: none }
button, fieldset, label, textarea, select, form, p, legend, div { display: none !important }
body, main, html { display: block; visibility: visible; pointer-events: auto }
</style>`;
const pages = {
  "/": html(ONE),
  "/csp": { html: html(OWN + THUMBS), headers: { "content-security-policy": CSP } },
  "/hostile": html(HOSTILE + ONE),
  "/empty": html(""),
  "/many": html(ONE.repeat(500)),
  "/own": html(OWN),
};

browserTest(
  "a strict Content-Security-Policy reports nothing",
  { pages, options: ["good", "bad", "Like", "Dislike"] },
  async ({ endpoint, page }) => {
    const messages: string[] = [];
    page.on("console", (message) => messages.push(message.text()));
    page.on("pageerror", (error) => messages.push(String(error)));
    await page.addInitScript(() => {
      addEventListener("securitypolicyviolation", ({ violatedDirective }) => {
        throw new Error(violatedDirective);
      });
    });
    await page.goto(`${endpoint.url}/csp`);
    await press(page, "bad");
    await page.fill("textarea", "no");
    await page.click("[part=send]");
    await press(page, "Like");
    await until(() => endpoint.rows().length >= 2, "the rows");
    assertEquals(messages.filter((text) => !text.includes("favicon") && !text.includes("422")), []);
    const style = await page.locator("button[value=bad]").evaluate((button) =>
      getComputedStyle(button).borderRadius
    );
    assertEquals(style, "8px"); // the look is there
  },
);

browserTest(
  "the page's style does not break the form that is built",
  { pages },
  async ({ endpoint, page }) => {
    await page.goto(`${endpoint.url}/hostile`);
    const good = page.locator("button[value=good]");
    const { width, height } = (await good.boundingBox())!;
    assert(width >= 44 && width < 150 && height >= 44 && height < 60, `${width} x ${height}`);
    await good.click();
    await untilState(page, "saved");
    const style = await good.evaluate((button) => {
      const { visibility, letterSpacing, textTransform, fontSize } = getComputedStyle(button);
      return { visibility, letterSpacing, textTransform, readable: parseFloat(fontSize) >= 12 };
    });
    assertEquals(style, {
      visibility: "visible",
      letterSpacing: "normal",
      textTransform: "none",
      readable: true,
    });
    assertEquals(endpoint.rows().length, 1);
  },
);

browserTest("500 elements load one description, soon", { pages }, async ({ endpoint, page }) => {
  await page.goto(`${endpoint.url}/many`);
  await page.locator("flagstone-feedback[data-state=idle]").nth(499).waitFor();
  assertEquals(endpoint.log.map(({ method }) => method), ["GET"]);
  const ms = await page.evaluate(async () => {
    const copies = Array.from({ length: 500 }, () => document.createElement("flagstone-feedback"));
    for (const copy of copies) {
      copy.setAttribute("action", "/feedback");
      copy.setAttribute("options", "good,bad");
    }
    const start = performance.now();
    document.body.append(...copies);
    await new Promise(requestAnimationFrame);
    return performance.now() - start;
  });
  assertLess(ms, 2000);
});

browserTest(
  "a description that cannot be loaded is tried again",
  { pages },
  async ({ endpoint, page }) => {
    await page.clock.install();
    await page.route("**/feedback", (route) => route.abort(), { times: 1 });
    await page.goto(endpoint.url);
    await page.clock.fastForward(10_000);
    await page.locator("button[value=good]").waitFor();
  },
);

browserTest("an endpoint without undo takes one verdict, without comment", {
  pages,
  undo: false,
}, async ({ endpoint, page }) => {
  await page.goto(endpoint.url);
  await press(page, "bad");
  await untilState(page, "saved");
  assertEquals(await page.locator("textarea").count(), 0);
  await press(page, "bad");
  await press(page, "good");
  await page.waitForTimeout(200);
  assertEquals(endpoint.rows().map(({ request }) => request.option), ["bad"]);
  assertEquals(await pressed(page), "bad");
});

for (const how of ["denied", "full"]) {
  browserTest(
    `with localStorage ${how} a verdict is sent, and tried again`,
    { pages },
    async ({ endpoint, page }) => {
      await page.addInitScript((how) => {
        if (how === "denied") {
          Object.defineProperty(globalThis, "localStorage", {
            get() {
              throw new DOMException("denied", "SecurityError");
            },
          });
        } else {
          localStorage.clear();
          let size = 1 << 20;
          while (size > 0) {
            try {
              localStorage.setItem(`fill${size}`, "x".repeat(size));
              if (localStorage.length > 100) break;
            } catch {
              // Full with this size.
            }
            size >>= 1;
            for (let count = 0; size === 1 << 19 && count < 20; count++) {
              try {
                localStorage.setItem(`more${count}`, "x".repeat(size));
              } catch {
                break;
              }
            }
          }
        }
      }, how);
      await page.goto(`${endpoint.url}/own`);
      endpoint.faults.push(new Response("{}", { status: 503 }));
      await press(page, "good");
      await untilState(page, "queued");
      await untilState(page, "saved");
      await press(page, "good");
      await until(() => endpoint.rows().length === 2, "the withdrawal");
      assertEquals(endpoint.current(), []);
    },
  );
}

browserTest("a page without locks sends in order", { pages }, async ({ endpoint, page }) => {
  await page.addInitScript(() => Object.defineProperty(navigator, "locks", { value: undefined }));
  await page.goto(`${endpoint.url}/own`);
  const { promise, resolve } = Promise.withResolvers<void>();
  endpoint.faults.push(promise);
  await press(page, "good");
  await untilState(page, "saving");
  await page.click("button[value=bad]", { force: true });
  await page.waitForTimeout(100);
  resolve();
  await untilState(page, "saved");
  assertEquals(endpoint.rows().map(({ request }) => request.option), ["good", "bad"]);
});

browserTest(
  "an endpoint of another origin gets verdicts, with what prepare adds",
  { pages },
  async ({ page, endpoint }) => {
    const other = await startEndpoint({ origins: [endpoint.url] });
    try {
      const events = await watchEvents(page);
      await page.goto(`${endpoint.url}/empty`);
      await page.evaluate((url) => {
        const element = document.createElement("flagstone-feedback");
        element.setAttribute("action", `${url}/feedback`);
        const prepare = (init: RequestInit) =>
          Promise.resolve({ ...init, headers: { ...init.headers, authorization: "Bearer a" } });
        document.body.append(Object.assign(element, { prepare }));
      }, other.url);
      other.faults.push(new Response("{}", { status: 429, headers: { "retry-after": "1" } }));
      await press(page, "good");
      await untilState(page, "queued");
      await untilState(page, "saved");
      assertEquals(await events(), ["submit", "queued", "sent"]);
      assertEquals(other.rows().length, 1);
      for (const { headers } of other.log) assertEquals(headers.get("authorization"), "Bearer a");
    } finally {
      await other.close();
    }
  },
);

browserTest(
  "an element whose prepare fails keeps the verdict",
  { pages },
  async ({ endpoint, page }) => {
    await page.goto(`${endpoint.url}/own`);
    await page.evaluate(() => {
      let calls = 0;
      Object.assign(document.querySelector("flagstone-feedback")!, {
        prepare: () => calls++ === 0 ? Promise.reject(new Error("no token")) : undefined,
      });
    });
    await press(page, "good");
    await untilState(page, "queued");
    await untilState(page, "saved");
    assertEquals(endpoint.rows().length, 1);
  },
);

browserTest(
  "a reload sends with the prepare of the new page",
  { pages },
  async ({ endpoint, page }) => {
    await page.addInitScript(() => {
      addEventListener("load", () => {
        Object.assign(document.querySelector("flagstone-feedback")!, {
          prepare: (init: RequestInit) => ({
            ...init,
            headers: { ...init.headers, authorization: "b" },
          }),
        });
      });
    });
    await page.goto(`${endpoint.url}/own`);
    endpoint.faults.push(new Response("{}", { status: 503, headers: { "retry-after": "60" } }));
    await press(page, "good");
    await untilState(page, "queued");
    await page.reload();
    await until(() => endpoint.rows().length === 1, "the row");
    assertEquals(endpoint.log.map(({ headers }) => headers.get("authorization")), ["b", "b"]);
  },
);
