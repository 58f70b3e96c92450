// deno-lint-ignore no-import-prefix -- only for these tests: in deno.json every task would load it
import axe from "npm:axe-core@4.11.0";
import { assert, assertEquals } from "@std/assert";
import { browserTest, type Page, press, pressed, until, untilState } from "./_chromium.ts";
import { html } from "./_endpoint.ts";

const built = (attributes = "") =>
  `<flagstone-feedback action="/feedback" ticket="t1" ${attributes}></flagstone-feedback>`;
const FORM =
  `<flagstone-feedback action="/feedback" comment="bad"><form method="post" action="/feedback">
<fieldset><legend>Rate this answer</legend>
<button type="submit" name="option" value="good">Good</button>
<button type="submit" name="option" value="bad">Bad</button></fieldset></form></flagstone-feedback>`;
const pages = {
  "/": html(`<a href="#">before</a>${built()}<a href="#">after</a>`),
  "/form": html(FORM),
  "/dark": html(`<style>body { background: #17181a; color: #e7e6e3 }</style>${built()}`),
  "/thumbs": html(built('options="Like,Dislike" comment="Dislike"')),
  "/rtl": html(`<div dir="rtl">${built('options="טוב,רע"')}</div>`),
  "/long": html(
    built(
      `options="good,${"a rather long text of an option that wraps ".repeat(3)}" comment="good"`,
    ),
  ),
};

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html}`);
  });
}

/** A name of what has the focus, in the shadow tree if it is there. */
async function focused(page: Page): Promise<string> {
  return await page.evaluate(() => {
    const inner = document.activeElement?.shadowRoot?.activeElement ?? document.activeElement!;
    return inner.getAttribute("value") ?? inner.getAttribute("name") ?? inner.textContent!;
  });
}

const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  "/thumbs": ["Like", "Dislike"],
  "/rtl": ["טוב", "רע"],
};

for (const path of ["/", "/form", "/dark", "/thumbs", "/rtl"]) {
  const own = OPTIONS[path] === undefined ? {} : { options: OPTIONS[path] };
  browserTest(
    `axe-core finds nothing in ${path}`,
    { pages, ...own },
    async ({ endpoint, page }) => {
      await page.goto(endpoint.url + path);
      await page.locator("button").first().waitFor();
      assertEquals(await violations(page), []);
      await page.locator("button").nth(1).click();
      await until(() => endpoint.log.some(({ method }) => method === "POST"), "the request");
      await page.waitForTimeout(200);
      assertEquals(await violations(page), []);
    },
  );
}

browserTest("the keyboard reaches all in order", { pages }, async ({ endpoint, page }) => {
  await page.goto(endpoint.url);
  await page.locator("button").first().waitFor();
  const order = [];
  for (let count = 0; count < 3; count++) {
    await page.keyboard.press("Tab");
    order.push(await focused(page));
  }
  assertEquals(order, ["before", "good", "bad"]);
  await page.keyboard.press("Space");
  await untilState(page, "saved");
  assertEquals(await focused(page), "bad");
  for (let count = 0; count < 4; count++) {
    await page.keyboard.press("Tab");
    order.push(await focused(page));
  }
  assertEquals(order.slice(3), ["reason", "comment", "Send", "after"]);
});

browserTest(
  "the focus stays on the option while it is saved and after",
  { pages },
  async ({ endpoint, page }) => {
    await page.goto(endpoint.url);
    const { promise, resolve } = Promise.withResolvers<void>();
    endpoint.faults.push(promise);
    await page.focus("button[value=good]");
    await page.keyboard.press("Enter");
    await untilState(page, "saving");
    assertEquals(await focused(page), "good");
    assertEquals(await page.getAttribute("button[value=good]", "aria-disabled"), "true");
    assertEquals(await page.getAttribute("button[value=good]", "disabled"), null);
    resolve();
    await untilState(page, "saved");
    assertEquals(await focused(page), "good");
    assertEquals(await page.getAttribute("button[value=good]", "aria-disabled"), "false");
  },
);

browserTest("the live region is there before it speaks", { pages }, async ({ endpoint, page }) => {
  await page.goto(endpoint.url);
  await page.locator("button").first().waitFor();
  const region = await page.locator("[role=status]").elementHandle();
  assertEquals(await region!.textContent(), "");
  await press(page, "good");
  await untilState(page, "saved");
  assertEquals(await region!.textContent(), "Saved.");
});

browserTest(
  "names are constant, and aria-pressed changes",
  { pages },
  async ({ endpoint, page }) => {
    await page.goto(endpoint.url);
    const good = page.getByRole("button", { name: "Good", exact: true });
    assertEquals(await good.getAttribute("aria-pressed"), "false");
    await good.click();
    await untilState(page, "saved");
    assertEquals(await good.getAttribute("aria-pressed"), "true");
    assertEquals(await page.getByRole("group", { name: "Feedback" }).count(), 1);
  },
);

for (const path of ["/", "/form"]) {
  browserTest(`Esc closes the comment in ${path}`, { pages }, async ({ endpoint, page }) => {
    await page.goto(endpoint.url + path);
    await press(page, "bad");
    await page.getByRole("textbox", { name: "Comment" }).fill("unsent");
    await page.keyboard.press("Escape");
    assertEquals(await page.locator("textarea").count(), 0);
    assertEquals(await focused(page), "bad");
    assertEquals(await pressed(page), "bad");
    await page.waitForTimeout(100);
    assertEquals(endpoint.rows().length, 1);
  });
}

for (const path of ["/", "/form", "/long", "/rtl"]) {
  browserTest(
    `400 % zoom needs no horizontal scrolling in ${path}`,
    { pages, context: { viewport: { width: 320, height: 256 } } },
    async ({ endpoint, page }) => {
      await page.goto(endpoint.url + path);
      await page.locator("button").first().click();
      await page.waitForTimeout(100);
      const [scroll, client] = await page.evaluate(() => {
        const { scrollWidth, clientWidth } = document.documentElement;
        return [scrollWidth, clientWidth];
      });
      assertEquals(scroll, client);
    },
  );
}

const all = { pages, options: ["good", "bad", "Like", "Dislike"] };
browserTest("targets are at least 44 px high and wide", all, async ({ endpoint, page }) => {
  for (const path of ["/", "/thumbs"]) {
    await page.goto(endpoint.url + path);
    await page.locator("button").nth(1).click();
    await page.locator("[part=send]").waitFor();
    for (const target of await page.locator("button, select, textarea").all()) {
      const { width, height } = (await target.boundingBox())!;
      assert(width >= 44 && height >= 44, `${await target.textContent()}: ${width} x ${height}`);
    }
  }
});

browserTest(
  "forced colours distinguish the pressed option",
  { pages, context: { forcedColors: "active" } },
  async ({ endpoint, page }) => {
    await page.goto(endpoint.url);
    await page.click("button[value=good]");
    await untilState(page, "saved");
    const [good, bad] = await page.locator("button[name=option]").evaluateAll((buttons) =>
      buttons.map((button) => getComputedStyle(button).backgroundColor)
    );
    assert(good !== bad);
    assertEquals(
      good,
      await page.evaluate(() => {
        document.body.style.cssText = "forced-color-adjust: none; background: Highlight";
        return getComputedStyle(document.body).backgroundColor;
      }),
    );
  },
);

browserTest("the focus is visible", { pages }, async ({ endpoint, page }) => {
  await page.goto(endpoint.url);
  await page.locator("button").first().waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  const outline = await page.locator("button[value=good]").evaluate((button) =>
    getComputedStyle(button).outlineWidth
  );
  assertEquals(outline, "3px");
});

browserTest(
  "from right to left, the first option is right",
  { pages },
  async ({ endpoint, page }) => {
    await page.goto(`${endpoint.url}/rtl`);
    const [first, second] = await page.locator("button[name=option]").all();
    assert((await first!.boundingBox())!.x > (await second!.boundingBox())!.x);
  },
);

browserTest(
  "nothing moves, so there is nothing to reduce",
  { pages, context: { reducedMotion: "reduce" } },
  async ({ endpoint, page }) => {
    await page.goto(endpoint.url);
    await press(page, "bad");
    await untilState(page, "saved");
    assertEquals(await page.evaluate(() => document.getAnimations().length), 0);
  },
);
