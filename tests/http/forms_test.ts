import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { renderFeedback, sealTicket } from "@flagstone/flagging/http";
import { BASE, endpoint, rowsIn, SAMPLE, SECRET } from "./_requests.ts";

const HTML = "text/html,application/xhtml+xml,*/*;q=0.8";

function submit(fields: Record<string, string>, headers: Record<string, string> = {}): Request {
  const body = new URLSearchParams(fields);
  return new Request(BASE, { method: "POST", headers: { accept: HTML, ...headers }, body });
}

/** The fields of the form in a page, as a browser would send them with one of its buttons. */
function fieldsOf(html: string, option: string): Record<string, string> {
  const inputs = html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g);
  return { ...Object.fromEntries([...inputs].map(([, name, value]) => [name!, value!])), option };
}

Deno.test("a form without script is saved once, however often it is sent, and leads to a page", async () => {
  const { feedback, storage } = endpoint({ secret: SECRET });
  const ticket = await sealTicket(SECRET, { data: SAMPLE, subject: "m-1" });
  const html = renderFeedback({ ticket, options: ["good", "bad"], comment: { for: ["bad"] } });
  const fields = { ...fieldsOf(html, "bad"), comment: "It is 4" };
  for (let i = 0; i < 3; i++) {
    const response = await feedback(submit(fields));
    assertEquals([response.status, response.headers.get("location")], [303, "/feedback/thanks"]);
  }
  const thanks = await feedback(new Request(`${BASE}/thanks`));
  assertStringIncludes(await thanks.text(), "Thank you");
  const [row, ...others] = await rowsIn(storage);
  assertEquals([others.length, row!.flag, row!.comment, row!.subject], [
    0,
    "bad",
    "It is 4",
    "m-1",
  ]);
});

Deno.test("a form leads to the app's own page, which is a path on this origin", async () => {
  const { feedback } = endpoint({ thanks: "/danke" });
  const response = await feedback(
    submit({ "data.question": "q", "data.answer": "a", option: "good" }),
  );
  assertEquals(response.headers.get("location"), "/danke");
  for (const thanks of ["https://evil.example", "//evil.example", "/\\evil.example", "danke"]) {
    let refused: unknown;
    try {
      endpoint({ thanks });
    } catch (error) {
      refused = error;
    }
    assert(refused instanceof TypeError, thanks);
  }
});

Deno.test("a form that is refused gets a page that says why, and loads nothing", async () => {
  const { feedback, storage } = endpoint();
  const fields = { "data.question": "q", "data.answer": "a", option: "good", comment: "<b>x" };
  const response = await feedback(submit(fields));
  assertEquals(response.status, 422);
  assertEquals(response.headers.get("content-type"), "text/html; charset=utf-8");
  assertStringIncludes(response.headers.get("content-security-policy")!, "default-src 'none'");
  assertStringIncludes(await response.text(), "It is accepted with: bad");
  assertEquals(await rowsIn(storage), []);
});

Deno.test("renderFeedback() escapes every text, and shows what the endpoint takes", () => {
  const evil = `"><script>alert('&')</script>`;
  const html = renderFeedback({
    ticket: evil,
    action: evil,
    key: evil,
    subject: evil,
    legend: evil,
    options: [[evil, evil]],
    reasons: { [evil]: [evil] },
    comment: { for: [evil] },
    value: evil,
  });
  assert(!html.includes("<script>"), html);
  assertEquals(html.match(/<button/g)?.length, 1);
  assertEquals(html.match(/<select name="reason">/g)?.length, 1);
  assertEquals(html.match(/<textarea name="comment" maxlength="2000">/g)?.length, 1);
});

Deno.test("renderFeedback() gives each form a key of its own", () => {
  const keys = Array.from(
    { length: 2 },
    () => fieldsOf(renderFeedback({ options: ["good"] }), "good")["key"],
  );
  assert(keys[0] !== undefined && keys[0] !== keys[1]);
});
