import { assert, assertEquals, assertThrows } from "@std/assert";
import { MemoryAdapter } from "@flagstone/flagging";
import { createReview, localAuthorize, type ReviewOptions } from "@flagstone/flagging/review";
import { flag, stage, verdictOn } from "./_stage.ts";

const PAGE = "http://127.0.0.1:8000/";

/** Asks with the cookie that opening the page sets. */
async function opened(): Promise<{
  ask: (path: string, init?: RequestInit, origin?: string) => Promise<Response>;
  cookie: string;
  url: string;
  token: string;
}> {
  const access = localAuthorize({ username: "ada" });
  const storage = new MemoryAdapter();
  await flag(storage, [["2 + 2?", "5", "wrong"]]);
  const { review } = stage({ storage, authorize: access.authorize, index: "none" });
  const url = access.url(PAGE);
  const first = await review(new Request(url));
  const cookie = first.headers.get("set-cookie")!.split(";")[0]!;
  const ask = (path: string, init: RequestInit = {}, origin = PAGE) => {
    const headers = { cookie, ...init.headers as Record<string, string> };
    return review(new Request(origin + path, { ...init, headers }));
  };
  return { ask, cookie, url, token: access.token };
}

Deno.test("createReview() throws without authorize, and for mistaken options", () => {
  const right: ReviewOptions = {
    storage: new MemoryAdapter(),
    directory: "",
    authorize: () => true,
  };
  const create = (wrong: object) => () => createReview({ ...right, ...wrong });
  assertThrows(create({ authorize: undefined }), TypeError, "without `authorize`");
  assertThrows(create({ index: "disk" }), TypeError, '"memory" or "none"');
  assertThrows(create({ options: ["open"] }), TypeError, "disagreed");
  assertThrows(create({ options: ["a", "a"] }), TypeError, "different");
  assertThrows(create({ directory: undefined }), TypeError, "directory");
  assertThrows(create({ authorise: true }), TypeError, "authorise");
});

Deno.test("a request that authorize does not let in gets nothing", async () => {
  for (const answer of [false, null, undefined, {}, { username: 1 }, "yes"]) {
    const { get, post } = stage({ authorize: () => answer as boolean });
    for (
      const path of [
        "",
        "rows",
        "counts",
        "sample",
        "file",
        "export?format=csv",
        "review.js",
        "about",
      ]
    ) {
      assertEquals((await get(path)).status, 403, path);
    }
    assertEquals((await post({})).status, 403);
  }
});

Deno.test("an error of authorize is told to the app, and not shown", async () => {
  const { get, errors } = stage({
    authorize: () => {
      throw new Error("/secret/path");
    },
  });
  const response = await get("rows");
  assertEquals(response.status, 500);
  assert(!(await response.text()).includes("secret"));
  assertEquals(errors.length, 1);
});

Deno.test("localAuthorize() takes the token out of the address, and sets a cookie", async () => {
  const { authorize, url } = localAuthorize();
  const response = authorize(new Request(url(`${PAGE}?flag=wrong`)));
  assert(response instanceof Response);
  assertEquals(response.status, 303);
  assertEquals(response.headers.get("location"), "/?flag=wrong");
  const cookie = response.headers.get("set-cookie")!;
  assert(/; HttpOnly; SameSite=Strict$/.test(cookie), cookie);
  const { ask, token } = await opened();
  assert(!cookie.includes(token));
  assertEquals((await ask("rows")).status, 200);
});

Deno.test("localAuthorize() never redirects to another host", () => {
  const { authorize, token } = localAuthorize();
  const response = authorize(new Request(`http://127.0.0.1:8000//evil.example/?token=${token}`));
  assert(response instanceof Response);
  assertEquals(response.headers.get("location"), "/evil.example/");
});

Deno.test("localAuthorize() refuses no token and a wrong one, and says how to open the page", async () => {
  const { review } = stage({ authorize: localAuthorize().authorize });
  for (const query of ["", "?token=", `?token=${"0".repeat(48)}`]) {
    const response = await review(new Request(PAGE + query));
    assertEquals(response.status, 403);
    assertEquals(response.headers.get("set-cookie"), null);
    assert((await response.text()).includes("?token="));
  }
  const other = await opened();
  assertEquals(
    (await review(new Request(PAGE, { headers: { cookie: other.cookie } }))).status,
    403,
  );
});

Deno.test("localAuthorize() refuses a foreign Host, also with the token or the cookie", async () => {
  const { ask, url } = await opened();
  for (const host of ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8000"]) {
    assertEquals((await ask("rows", { headers: { host } })).status, 403, host);
    const { search } = new URL(url);
    const response = await ask(search, { headers: { host } });
    assertEquals([response.status, response.headers.get("set-cookie")], [403, null]);
    assertEquals((await ask("rows", {}, `http://${host}/`)).status, 403);
  }
  for (const host of ["127.0.0.1:8000", "localhost:9000", "LOCALHOST"]) {
    assertEquals((await ask("rows", { headers: { host } })).status, 200, host);
  }
});

Deno.test("a page of another origin can neither read nor judge", async () => {
  const { ask } = await opened();
  const row = (await (await ask("rows")).json()).rows[0];
  const post = (headers: Record<string, string>) =>
    ask("verdict", {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(verdictOn(row)),
    });
  const foreign: Record<string, string>[] = [
    { "origin": "https://evil.example" },
    { "origin": "null" },
    { "origin": "http://localhost:8000" },
    { "sec-fetch-site": "cross-site", "origin": "http://127.0.0.1:8000" },
    { "sec-fetch-site": "same-site" },
    {}, // a cookie without an origin: an old browser
  ];
  for (const headers of foreign) {
    assertEquals((await post(headers)).status, 403, JSON.stringify(headers));
    if (Object.keys(headers).length === 0) continue;
    for (const path of ["rows", "counts", "export?format=csv", "sample", "file"]) {
      assertEquals((await ask(path, { headers })).status, 403, path);
    }
  }
  assertEquals((await post({ origin: "http://127.0.0.1:8000" })).status, 200);
  assertEquals((await post({ "sec-fetch-site": "same-origin" })).status, 200);
});

Deno.test("a verdict is JSON of at most 1 MiB", async () => {
  const { storage, json, post } = stage({ index: "none" });
  await flag(storage, [["a", "b", "c"]]);
  const row = (await json("rows")).rows[0];
  const status = async (body: unknown, headers = {}) => (await post(body, headers)).status;
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonp"]) {
    assertEquals(await status(verdictOn(row), { "content-type": type }), 415);
  }
  assertEquals(await status("{"), 400);
  assertEquals(await status("[]"), 400);
  assertEquals(await status(verdictOn(row, { flag: 1 })), 400);
  assertEquals(await status(verdictOn(row, { flag: "other" })), 400);
  assertEquals(await status(verdictOn(row, { column: "other" })), 400);
  assertEquals(await status(verdictOn(row, { id: "../" })), 400);
  assertEquals(await status(verdictOn(row, { comment: "x".repeat(1_048_576) })), 413);
  assertEquals(await status(verdictOn(row, { comment: "x".repeat(1_000_000) })), 200);
});

Deno.test("every answer forbids framing, sniffing, referrers and keeping", async () => {
  const { storage, get, json, post } = stage({ index: "none" });
  await flag(storage, [["a", "b", "c"]]);
  const row = (await json("rows")).rows[0];
  const answers = [
    ...await Promise.all(
      [
        "",
        "review.js",
        "review.css",
        "rows",
        "counts",
        "export?format=csv",
        "file",
        "sample",
        "x.png",
      ]
        .map((path) => get(path)),
    ),
    await post(verdictOn(row)),
    await get("rows", { "sec-fetch-site": "cross-site", "accept": "text/html" }),
  ];
  for (const response of answers) {
    const { headers } = response;
    await response.body?.cancel();
    const policy = headers.get("content-security-policy")!;
    assert(policy.startsWith("default-src 'none'; frame-ancestors 'none'"), policy);
    assert(!policy.includes("unsafe"));
    assertEquals(headers.get("x-content-type-options"), "nosniff");
    assertEquals(headers.get("referrer-policy"), "no-referrer");
    assertEquals(headers.get("cache-control"), "no-store");
    assertEquals(headers.get("cross-origin-resource-policy"), "same-origin");
  }
});

Deno.test("other methods, paths and places are refused without a word about the server", async () => {
  const { review, get, errors } = stage();
  const put = new Request("https://review.test/review/rows", { method: "PUT" });
  const response = await review(put);
  assertEquals([response.status, response.headers.get("allow")], [405, "GET"]);
  assertEquals((await get("verdict")).status, 405);
  assertEquals((await get("dataset1.csv")).status, 404);
  const redirect = await review(new Request("https://review.test/review?flag=a"));
  assertEquals([redirect.status, redirect.headers.get("location")], [308, "/review/?flag=a"]);
  assertEquals(errors, []);
});
