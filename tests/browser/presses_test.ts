import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { browserTest, press, pressed, until, untilState, watchEvents } from "./_chromium.ts";
import { html } from "./_endpoint.ts";
import { problem } from "./_rows.ts";

const FORM = `<flagstone-feedback action="/feedback" comment="bad"
  reasons='{"bad":[{"value":"wrong","label":"Wrong"}]}'>
<form method="post" action="/feedback">
<input type="hidden" name="ticket" value="t1"><input type="hidden" name="key" value="k1">
<fieldset><legend>Rate this answer</legend>
<button type="submit" name="option" value="good">Good</button>
<button type="submit" name="option" value="bad">Bad</button>
<label>Reason <select name="reason"><option value="">–</option><option value="wrong">Wrong</option></select></label>
<label>Comment <textarea name="comment" maxlength="2000"></textarea></label>
</fieldset></form></flagstone-feedback>`;
const pages = {
  "/": html('<flagstone-feedback action="/feedback" ticket="t1"></flagstone-feedback>'),
  "/form": html(FORM),
  "/other": html("other"),
};
const cases = [["the form that it builds", "/"], ["a form of the page", "/form"]] as const;

for (const [what, path] of cases) {
  browserTest(
    `a press saves a verdict, and the button shows it, in ${what}`,
    { pages },
    async ({ endpoint, page }) => {
      const events = await watchEvents(page);
      await page.goto(endpoint.url + path);
      await page.click("button[value=good]");
      await untilState(page, "saved");
      assertEquals(endpoint.rows().map(({ request }) => request), [{
        ticket: "t1",
        option: "good",
      }]);
      assertEquals(await pressed(page), "good");
      assertEquals(await page.textContent("[role=status]"), "Saved.");
      assertEquals(await events(), ["submit", "saved"]);
      const [post] = endpoint.log.filter(({ method }) => method === "POST");
      assertEquals(post!.headers.get("accept"), "application/json");
      assertEquals(post!.headers.get("content-type"), "application/json");
    },
  );

  browserTest(
    `another press changes it, and the same one withdraws it, in ${what}`,
    { pages },
    async ({ endpoint, page }) => {
      await page.goto(endpoint.url + path);
      await press(page, "good");
      await press(page, "bad");
      await untilState(page, "saved");
      assertEquals(endpoint.current().map(({ request }) => request.option), ["bad"]);
      await press(page, "bad");
      await until(() => endpoint.rows().length === 3, "the withdrawal");
      const [first, second, third] = endpoint.rows();
      assertEquals(second!.request.replaces, first!.key);
      assertEquals(third!.request, { ticket: "t1", replaces: second!.key });
      await page.locator("[role=status]", { hasText: "Withdrawn." }).waitFor();
      assertEquals(await pressed(page), null);
      assertEquals(endpoint.current(), []);
    },
  );

  browserTest(
    `a double click and a double Enter are one row each, in ${what}`,
    { pages },
    async ({ endpoint, page }) => {
      await page.goto(endpoint.url + path);
      await page.dblclick("button[value=good]");
      await untilState(page, "saved");
      await page.waitForTimeout(600);
      assertEquals(endpoint.rows().length, 1);
      await page.focus("button[value=bad]");
      await page.keyboard.press("Enter");
      await page.keyboard.press("Enter");
      await until(() => endpoint.rows().length === 2, "the change");
      await page.waitForTimeout(300);
      assertEquals(endpoint.rows().map(({ request }) => request.option), ["good", "bad"]);
    },
  );

  browserTest(
    `a press while another option is saved waits for it, in ${what}`,
    { pages },
    async ({ endpoint, page }) => {
      await page.goto(endpoint.url + path);
      const { promise, resolve } = Promise.withResolvers<void>();
      endpoint.faults.push(promise);
      await page.click("button[value=good]");
      await untilState(page, "saving");
      assertEquals(await page.getAttribute("button[value=good]", "aria-disabled"), "true");
      await page.click("button[value=bad]", { force: true });
      await page.waitForTimeout(200);
      assertEquals(endpoint.log.filter(({ method }) => method === "POST").length, 1);
      assertEquals(await pressed(page), "bad");
      resolve();
      await untilState(page, "saved");
      assertEquals(endpoint.rows().map(({ request }) => request.option), ["good", "bad"]);
      assertEquals(endpoint.current().map(({ request }) => request.option), ["bad"]);
    },
  );

  browserTest(
    `a refused verdict is dropped, and the saved one shows again, in ${what}`,
    { pages },
    async ({ endpoint, page }) => {
      const events = await watchEvents(page);
      await page.goto(endpoint.url + path);
      await press(page, "good");
      await untilState(page, "saved");
      endpoint.faults.push(problem(422, "invalid"));
      await press(page, "bad");
      await untilState(page, "error");
      assertEquals(await pressed(page), "good");
      assertEquals(await page.textContent("[role=status]"), "Not saved.");
      assertEquals(await events(), ["submit", "saved", "submit", "error"]);
      assertEquals(
        await page.evaluate(() =>
          Object.keys(localStorage).filter((name) => name.includes("outbox"))
        ),
        [],
      );
    },
  );

  browserTest(
    `a reason and a comment replace the verdict, and end with it, in ${what}`,
    { pages },
    async ({ endpoint, page }) => {
      await page.goto(endpoint.url + path);
      assertEquals(await page.locator("textarea").count(), 0);
      await press(page, "bad");
      await untilState(page, "saved");
      assertEquals(endpoint.rows().length, 1);
      await page.selectOption("select", "wrong");
      await page.fill("textarea", "It is red.");
      await page.click("[part=send]");
      await until(() => endpoint.rows().length === 2, "the comment");
      const [first, second] = endpoint.rows();
      const { replaces, ...request } = second!.request;
      assertEquals(request, {
        ticket: "t1",
        option: "bad",
        reason: "wrong",
        comment: "It is red.",
      });
      assertEquals(replaces, first!.key);
      await page.locator("textarea").waitFor({ state: "detached" });
      assertEquals(
        await page.evaluate(() => {
          const root = document.querySelector("flagstone-feedback")!.shadowRoot ?? document;
          return (root.activeElement as HTMLButtonElement).value;
        }),
        "bad",
      );
      await press(page, "good");
      await until(() => endpoint.rows().length === 3, "the change");
      assertEquals(endpoint.rows()[2]!.request, {
        ticket: "t1",
        option: "good",
        replaces: second!.key,
      });
    },
  );
}

browserTest(
  "the first verdict in a form has the form's key, and later ones have others",
  { pages },
  async ({ endpoint, page }) => {
    await page.goto(`${endpoint.url}/form`);
    await press(page, "good");
    await press(page, "bad");
    await until(() => endpoint.rows().length === 2, "the change");
    assertEquals(endpoint.rows()[0]!.key, "k1");
    assertNotEquals(endpoint.rows()[1]!.key, "k1");
  },
);

for (const cache of ["", "no-store"]) {
  const headers: Record<string, string> = cache === "" ? {} : { "cache-control": cache };
  const form = { html: html(FORM), headers };
  browserTest(`after reload and Back a verdict is still one row, with cache "${cache}"`, {
    pages: { ...pages, "/form": form },
  }, async ({ endpoint, page }) => {
    await page.goto(`${endpoint.url}/form`);
    await press(page, "good");
    await untilState(page, "saved");
    await page.reload();
    await untilState(page, "saved");
    assertEquals(await pressed(page), "good");
    await page.goto(`${endpoint.url}/other`);
    await page.goBack();
    await untilState(page, "saved");
    assertEquals(await pressed(page), "good");
    assertEquals(endpoint.rows().length, 1);
    await press(page, "bad");
    await until(() => endpoint.rows().length === 2, "the change");
    assertEquals(endpoint.current().map(({ request }) => request.option), ["bad"]);
  });
}

for (const state of ["saving", "queued"]) {
  browserTest(
    `an element that is moved while ${state} shows what came of it`,
    { pages },
    async ({ endpoint, page }) => {
      await page.goto(endpoint.url);
      const { promise, resolve } = Promise.withResolvers<void>();
      endpoint.faults.push(state === "saving" ? promise : new Response("{}", { status: 503 }));
      await page.click("button[value=good]");
      await untilState(page, state);
      await page.evaluate(() => {
        const element = document.querySelector("flagstone-feedback")!;
        element.remove();
        Object.assign(globalThis, { element });
      });
      resolve();
      await until(() => endpoint.rows().length === 1, "the verdict");
      await page.waitForTimeout(200);
      await page.evaluate(() =>
        document.body.append((globalThis as unknown as { element: Node }).element)
      );
      await untilState(page, "saved");
      assertEquals(await pressed(page), "good");
      await press(page, "good");
      await until(() => endpoint.rows().length === 2, "the withdrawal");
      assertEquals(endpoint.current(), []);
    },
  );
}

browserTest("a cancelled flagstone-submit sends nothing", { pages }, async ({ endpoint, page }) => {
  await page.goto(endpoint.url);
  await page.evaluate(() =>
    addEventListener("flagstone-submit", (event) => event.preventDefault())
  );
  await page.click("button[value=good]");
  await page.waitForTimeout(300);
  assertEquals(endpoint.rows(), []);
  assertEquals(await pressed(page), null);
});

const settings = {
  "/value": html(
    '<flagstone-feedback action="/feedback" options="good,bad" value="bad" key="k0"></flagstone-feedback>',
  ),
  "/keyless": html(
    '<flagstone-feedback action="/feedback" options="good,bad" value="bad"></flagstone-feedback>',
  ),
  "/disabled": html(
    '<flagstone-feedback action="/feedback" options="good,bad" disabled></flagstone-feedback>',
  ),
  "/remember": html(
    '<flagstone-feedback action="/feedback" options="good,bad" subject="m1" remember></flagstone-feedback>',
  ),
  "/labels": html(
    '<flagstone-feedback action="/feedback" options="good,bad" label-good="Great" label-legend="How?"></flagstone-feedback>',
  ),
  "/thumbs": html(
    '<flagstone-feedback action="/feedback" options="Like,Dislike"></flagstone-feedback>',
  ),
};

browserTest("a verdict that the page renders can be withdrawn if its key is there", {
  pages: settings,
}, async ({ endpoint, page }) => {
  await page.goto(`${endpoint.url}/keyless`);
  assertEquals(await pressed(page), "bad");
  await page.click("button[value=bad]");
  await page.waitForTimeout(200);
  assertEquals(endpoint.rows(), []);
  await page.goto(`${endpoint.url}/value`);
  await page.click("button[value=bad]");
  await until(() => endpoint.rows().length === 1, "the withdrawal");
  assertEquals(endpoint.rows()[0]!.request, { replaces: "k0" });
});

browserTest("the attribute value follows a page that sets it after each verdict", {
  pages: settings,
}, async ({ endpoint, page }) => {
  await page.goto(`${endpoint.url}/value`);
  await page.evaluate(() =>
    addEventListener("flagstone-saved", (event) => {
      const { request } = (event as CustomEvent).detail;
      const element = event.target as Element;
      element.setAttribute("value", request.option ?? "");
      element.removeAttribute("key");
    })
  );
  await press(page, "good");
  await untilState(page, "saved");
  await press(page, "good");
  await until(() => endpoint.rows().length === 2, "the withdrawal");
  assertEquals(endpoint.rows()[1]!.request.replaces, endpoint.rows()[0]!.key);
  await page.waitForTimeout(200);
  assertEquals(await pressed(page), null);
});

browserTest(
  "a disabled element ignores presses",
  { pages: settings },
  async ({ endpoint, page }) => {
    await page.goto(`${endpoint.url}/disabled`);
    assertEquals(await page.getAttribute("button[value=good]", "aria-disabled"), "true");
    await page.click("button[value=good]", { force: true });
    await page.evaluate(() =>
      document.querySelector("flagstone-feedback")!.removeAttribute("disabled")
    );
    await press(page, "bad");
    await untilState(page, "saved");
    assertEquals(endpoint.rows().map(({ request }) => request.option), ["bad"]);
  },
);

browserTest(
  "a remembered verdict shows on the next visit, and can be undone",
  { pages: settings },
  async ({ endpoint, page }) => {
    await page.goto(`${endpoint.url}/remember`);
    await press(page, "good");
    await untilState(page, "saved");
    await page.reload();
    assertEquals(await pressed(page), "good");
    await page.evaluate(() =>
      (document.querySelector("flagstone-feedback") as unknown as { undo(): void }).undo()
    );
    await until(() => endpoint.rows().length === 2, "the withdrawal");
    assertEquals(endpoint.rows()[1]!.request, { subject: "m1", replaces: endpoint.rows()[0]!.key });
    await page.locator("[role=status]", { hasText: "Withdrawn." }).waitFor();
    await page.reload();
    assertEquals(await pressed(page), null);
  },
);

browserTest(
  "attributes and the property labels set the texts",
  { pages: settings },
  async ({ endpoint, page }) => {
    await page.goto(`${endpoint.url}/labels`);
    assertEquals(await page.textContent("legend"), "How?");
    assertEquals(await page.textContent("button[value=good]"), "Great");
    await page.evaluate(() => {
      const element = document.querySelector("flagstone-feedback")!;
      Object.assign(element, { labels: { bad: "Poor", saved: "Thanks!" } });
    });
    assertEquals(await page.textContent("button[value=bad]"), "Poor");
    await page.click("button[value=bad]");
    await page.locator("[role=status]", { hasText: "Thanks!" }).waitFor();
  },
);

browserTest(
  "Like and Dislike are thumbs with constant names",
  { pages: settings },
  async ({ endpoint, page }) => {
    await page.goto(`${endpoint.url}/thumbs`);
    const like = page.getByRole("button", { name: "Dislike", exact: true });
    assertEquals(await like.locator("svg").count(), 1);
    assert((await like.boundingBox())!.height >= 44);
  },
);

browserTest("holding Enter is one press", { pages }, async ({ endpoint, page }) => {
  await page.goto(endpoint.url);
  await page.focus("button[value=good]");
  await page.keyboard.down("Enter");
  await untilState(page, "saved");
  await page.waitForTimeout(600);
  for (let count = 0; count < 3; count++) await page.keyboard.down("Enter"); // repeats
  await page.keyboard.up("Enter");
  await page.waitForTimeout(200);
  assertEquals(endpoint.rows().length, 1);
  assertEquals(await pressed(page), "good");
});

browserTest(
  "a comment that is refused stays in its field",
  { pages },
  async ({ endpoint, page }) => {
    await page.goto(endpoint.url);
    await press(page, "bad");
    await untilState(page, "saved");
    await page.fill("textarea", "It is red.");
    endpoint.faults.push(problem(422, "invalid"));
    await page.click("[part=send]");
    await untilState(page, "error");
    assertEquals(await page.inputValue("textarea"), "It is red.");
    assertEquals(await pressed(page), "bad");
    await page.waitForTimeout(550);
    await page.click("[part=send]");
    await until(() => endpoint.rows().length === 2, "the comment");
    assertEquals(endpoint.rows()[1]!.request.replaces, endpoint.rows()[0]!.key);
  },
);

browserTest(
  "another tab shows what this one saved, and what was refused",
  { pages: settings },
  async ({ context, endpoint, page }) => {
    await page.goto(`${endpoint.url}/remember`);
    const other = await context.newPage();
    await other.goto(`${endpoint.url}/remember`);
    await press(page, "good");
    await other.locator("[data-state=saved] button[value=good][aria-pressed=true]").waitFor();
    endpoint.faults.push(problem(422, "invalid"));
    await press(page, "bad");
    await untilState(other, "error");
    assertEquals(await pressed(other), "good");
    await press(other, "bad");
    await until(() => endpoint.rows().length === 2, "the change");
    assertEquals(endpoint.current().map(({ request }) => request.option), ["bad"]);
  },
);
