import type { ProblemName } from "@flagstone/flagging/http";
import { sealTicket } from "@flagstone/flagging/http";

/** The secrets of the endpoint: the first one seals, the second one is an older one. */
export const SECRETS: readonly string[] = [
  "the secret that seals the tickets of tests",
  "an older secret, which only opens tickets",
];
export const TOKEN = "only-for-tests";
export const LISTED = "https://listed.example";
export const MAX_BODY_BYTES = 65_536;
export const MAX_FILE_BYTES = 4096;

/** A request to an endpoint, and what must become of it. */
export interface Case {
  readonly name: string;
  readonly method?: string;
  /** The path below the endpoint's base. @default {""} */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: BodyInit;
  readonly status: number;
  /** The name of the problem; `null` for a problem that is only its status. @default {no problem} */
  readonly problem?: ProblemName | null;
  /** The rows that the request adds. @default {0} */
  readonly rows?: number;
  /** Headers of the response, as they must begin. */
  readonly answers?: Readonly<Record<string, string>>;
  /** Headers that the response must not have. */
  readonly lacks?: readonly string[];
}

const DATA = { question: "2 + 2?", answer: "5" };
const JSON_TYPE = { "content-type": "application/json" };
const FORM_TYPE = { "content-type": "application/x-www-form-urlencoded" };

async function ticket(more: Partial<Parameters<typeof sealTicket>[1]> = {}, secret = SECRETS[0]!) {
  return await sealTicket(secret, { data: DATA, ...more });
}

/** Where a request comes from. The own origin is filled in by {@linkcode sendCase}. */
const CONTEXTS: readonly (readonly [
  name: string,
  headers: Readonly<Record<string, string>>,
  isAllowed: boolean,
])[] = [
  ["same-origin", { origin: "own", "sec-fetch-site": "same-origin" }, true],
  ["same-site", { origin: "https://sibling.example", "sec-fetch-site": "same-site" }, false],
  ["cross-site", { origin: "https://evil.example", "sec-fetch-site": "cross-site" }, false],
  ["listed", { origin: LISTED, "sec-fetch-site": "cross-site" }, true],
  ["listed without Origin", { "sec-fetch-site": "cross-site" }, false],
  ["sandboxed", { origin: "null", "sec-fetch-site": "cross-site" }, false],
  ["no-referrer", { origin: "null", "sec-fetch-site": "same-origin" }, true],
  ["typed in", { "sec-fetch-site": "none" }, true],
  ["old browser, own page", { origin: "own", cookie: "a=b" }, true],
  ["old browser, other page", { origin: "https://evil.example", cookie: "a=b" }, false],
  ["old browser, listed page", { origin: LISTED, cookie: "a=b" }, true],
  ["old browser, sandboxed", { origin: "null" }, false],
  ["old browser, no Origin but a cookie", { cookie: "a=b" }, false],
  ["absent", {}, true],
];

/** How a request is sent: the answer to an allowed one. */
const WAYS: readonly (readonly [
  name: string,
  headers: Readonly<Record<string, string>>,
  isForm: boolean,
  status: number,
])[] = [
  ["form", { ...FORM_TYPE, accept: "text/html,*/*", "sec-fetch-mode": "navigate" }, true, 303],
  ["JSON", JSON_TYPE, false, 201],
  ["text/plain", { "content-type": "text/plain;charset=UTF-8" }, false, 415],
  ["beacon", { ...JSON_TYPE, "sec-fetch-mode": "no-cors" }, false, 201],
  ["no-cors", { ...FORM_TYPE, "sec-fetch-mode": "no-cors" }, true, 201],
];

async function originCases(): Promise<Case[]> {
  const sealed = await ticket();
  return CONTEXTS.flatMap(([from, origin, isAllowed]) =>
    WAYS.map(([way, headers, isForm, status]): Case => {
      const body = isForm
        ? `${new URLSearchParams({ ticket: sealed, option: "good" })}`
        : JSON.stringify({ ticket: sealed, option: "good" });
      // The answer to a form is a page, not a problem.
      const isPage = way === "form";
      const refused = isPage ? {} : { problem: isAllowed ? "media-type" : "cross-origin" } as const;
      return {
        name: `${from} ${way}`,
        method: "POST",
        headers: { ...headers, ...origin },
        body,
        status: isAllowed ? status : 403,
        ...(isAllowed && status < 400 ? { rows: 1 } : refused),
      };
    })
  );
}

/** A request with a JSON body. */
function jsonCase(
  name: string,
  body: unknown,
  rest: Omit<Case, "name" | "body" | "method">,
): Case {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { name, method: "POST", body: text, ...rest, headers: { ...JSON_TYPE, ...rest.headers } };
}

const invalid = { status: 422, problem: "invalid" } as const;
const malformed = { status: 400, problem: "malformed" } as const;

async function ticketCases(): Promise<Case[]> {
  const sealed = await ticket();
  const flipped = sealed.slice(0, 30) + (sealed[30] === "A" ? "B" : "A") + sealed.slice(31);
  const option = "good";
  return [
    jsonCase("a ticket", { ticket: sealed, option }, { status: 201, rows: 1 }),
    jsonCase("a ticket of the older secret", {
      ticket: await ticket({}, SECRETS[1]),
      option,
    }, { status: 201, rows: 1 }),
    jsonCase("a forged ticket", {
      ticket: await ticket({}, "a secret of somebody else, long enough"),
      option,
    }, invalid),
    jsonCase("a ticket with one character changed", { ticket: flipped, option }, invalid),
    jsonCase("half a ticket", { ticket: sealed.slice(0, 40), option }, invalid),
    jsonCase("a ticket that is no ticket", { ticket: "1.", option }, invalid),
    jsonCase("an expired ticket", { ticket: await ticket({ expiresInMs: -1 }), option }, {
      status: 410,
      problem: "ticket-expired",
    }),
    jsonCase("another person's ticket", { ticket: await ticket({ username: "lin" }), option }, {
      ...invalid,
      headers: { "x-user": "ada" },
    }),
    jsonCase("one's own ticket", { ticket: await ticket({ username: "ada" }), option }, {
      status: 201,
      rows: 1,
      headers: { "x-user": "ada" },
    }),
    jsonCase("no ticket", { option }, invalid),
    jsonCase("data in place of a ticket", { data: DATA, option }, invalid),
    jsonCase("data beside a ticket", { ticket: sealed, data: DATA, option }, invalid),
    jsonCase("a ticket that lacks a component", {
      ticket: await ticket({ data: { question: "2 + 2?" } }),
      option,
    }, invalid),
    jsonCase("a ticket with a component that is not there", {
      ticket: await ticket({ data: { ...DATA, other: "x" } }),
      option,
    }, invalid),
    jsonCase("a subject that is not sealed", { ticket: sealed, option, subject: "m-1" }, invalid),
    jsonCase("the handle of an upload as a ticket", { ticket: "1.AAAA", option }, invalid),
  ];
}

async function bodyCases(): Promise<Case[]> {
  const sealed = await ticket();
  const deep = "[".repeat(200) + "]".repeat(200);
  const post = (name: string, more: Record<string, unknown>, rest: Omit<Case, "name">) =>
    jsonCase(name, { ticket: sealed, option: "good", ...more }, rest);
  const file = { path: "flagged/dataset1.csv", meta: { _type: "gradio.FileData" } };
  return [
    jsonCase("no JSON", "{", malformed),
    jsonCase("nothing", "", malformed),
    jsonCase("JSON that is not an object", "[]", invalid),
    jsonCase("null", "null", invalid),
    {
      name: "bytes that are not UTF-8",
      method: "POST",
      headers: JSON_TYPE,
      body: new Uint8Array([0x7b, 0x22, 0xff, 0x22]),
      ...malformed,
    },
    post("a username in the body", { username: "ada" }, {
      status: 422,
      problem: "username-in-body",
    }),
    post("FileData", { data: { question: file } }, invalid),
    post("FileData deep inside", { data: { question: [{ a: [{ b: file }] }] } }, invalid),
    jsonCase("JSON that is nested too deeply", `{"data":${deep},"option":"good"}`, invalid),
    post("an unknown option", { option: "other" }, invalid),
    post("an option of the prototype", { option: "constructor" }, invalid),
    post("an empty option and nothing to withdraw", { option: "" }, invalid),
    post("an option that is a number", { option: 1 }, invalid),
    post("several options", { option: ["good", "bad"] }, invalid),
    post("an unknown member", { extra: 1 }, invalid),
    post("a reason", { option: "bad", reason: "rude" }, { status: 201, rows: 1 }),
    post("a reason of another option", { reason: "rude" }, invalid),
    post("an unknown reason", { option: "bad", reason: "other" }, invalid),
    post("a comment", { option: "bad", comment: "=1+1" }, { status: 201, rows: 1 }),
    post("a comment on an option without", { comment: "x" }, invalid),
    post("a comment that is too long", { option: "bad", comment: "x".repeat(101) }, invalid),
    post("a subject that is not a text", { subject: {} }, invalid),
    post("files that are not an object", { files: [] }, invalid),
    post("a forged handle", { files: { picture: "1.AAAAAAAAAAAAAAAAAAAAAAAA" } }, invalid),
    post("a handle for a component that is not a file", { files: { answer: "1.AAAA" } }, invalid),
    post("a body that is too large", { comment: "x".repeat(MAX_BODY_BYTES) }, {
      status: 413,
      problem: "too-large",
    }),
    post("a key that is too long", {}, {
      ...malformed,
      headers: { "idempotency-key": "k".repeat(256) },
    }),
    post("an empty key", {}, { ...malformed, headers: { "idempotency-key": '""' } }),
    post("a verdict that replaces itself", { replaces: "k-1" }, {
      status: 422,
      problem: "key-reused",
      headers: { "idempotency-key": '"k-1"' },
    }),
    post("a foreign `replaces`, which names no row", { replaces: "the key of somebody" }, {
      status: 201,
      rows: 1,
    }),
    post("nobody who is logged in", {}, {
      status: 401,
      problem: "unauthenticated",
      headers: { "x-user": "nobody" },
    }),
    post("a login page", {}, {
      status: 302,
      headers: { "x-user": "expired" },
      answers: { location: "https://login.example/" },
    }),
    post("a limiter that says no", {}, {
      status: 429,
      problem: "rate-limited",
      headers: { "x-user": "limited" },
      answers: { "retry-after": "", "ratelimit": '"default";r=0;t=' },
    }),
  ];
}

/** Returns a form with these fields, and its content type. */
async function multipart(
  fields: readonly (readonly [name: string, value: string | File])[],
): Promise<Pick<Case, "body" | "headers">> {
  const form = new FormData();
  for (const [name, value] of fields) form.append(name, value);
  const response = new Response(form);
  const type = response.headers.get("content-type")!;
  return { body: await response.bytes(), headers: { "content-type": type } };
}

async function formCases(): Promise<Case[]> {
  const sealed = await ticket();
  const fields = [["ticket", sealed], ["option", "good"]] as const;
  const picture = (bytes: number, name = "a.png") =>
    new File([new Uint8Array(bytes)], name, { type: "image/png" });
  const post = async (
    name: string,
    more: readonly (readonly [string, string | File])[],
    rest: Omit<Case, "name">,
  ): Promise<Case> => ({
    name,
    method: "POST",
    ...await multipart([...fields, ...more]),
    ...rest,
  });
  const raw = (name: string, body: string, rest: Omit<Case, "name">): Case => ({
    name,
    method: "POST",
    headers: { "content-type": "multipart/form-data; boundary=b" },
    body,
    ...rest,
  });
  const part = (name: string, more = "") =>
    `--b\r\ncontent-disposition: form-data; name="${name}"\r\n${more}\r\nx\r\n`;
  const urlencoded = (name: string, text: string, rest: Omit<Case, "name">): Case => ({
    name,
    method: "POST",
    headers: FORM_TYPE,
    body: text,
    ...rest,
  });
  const form = `${new URLSearchParams({ ticket: sealed, option: "good" })}`;
  return [
    await post("a form with a file", [["files.picture", picture(100)]], { status: 201, rows: 1 }),
    await post("a form whose file was not chosen", [["files.picture", new File([], "")]], {
      status: 201,
      rows: 1,
    }),
    await post("a file that is too large", [["files.picture", picture(MAX_FILE_BYTES + 1)]], {
      status: 413,
      problem: "too-large",
    }),
    await post("two files for one", [
      ["files.picture", picture(1)],
      ["files.picture", picture(1, "b.png")],
    ], invalid),
    await post(
      "a file for a component that is not a file",
      [["files.answer", picture(1)]],
      invalid,
    ),
    await post("a file for a component that is not there", [["files.other", picture(1)]], invalid),
    await post("a file in a field of another name", [["picture", picture(1)]], invalid),
    await post("two options", [["option", "bad"]], invalid),
    await post("a username in a form", [["username", "ada"]], {
      status: 422,
      problem: "username-in-body",
    }),
    await post("FileData in the data of a form", [[
      "data",
      JSON.stringify({ picture: { path: "x", meta: { _type: "gradio.FileData" } } }),
    ]], invalid),
    raw("1001 parts", part("x").repeat(1001) + "--b--\r\n", malformed),
    raw("a part with 100 kB of headers", part("x", `x: ${"y".repeat(100_000)}\r\n`) + "--b--\r\n", {
      status: 413,
      problem: "too-large",
    }),
    raw(
      "a part with 9 kB of headers",
      part("x", `x: ${"y".repeat(9000)}\r\n`) + "--b--\r\n",
      malformed,
    ),
    raw("a form that ends early", part("option"), malformed),
    raw("a part without a name", "--b\r\nx: y\r\n\r\nx\r\n--b--\r\n", malformed),
    {
      ...raw("a form without a boundary", part("x"), malformed),
      headers: { "content-type": "multipart/form-data" },
    },
    urlencoded("a form", form, { status: 201, rows: 1 }),
    urlencoded("a form with a key", `${form}&key=form-1`, { status: 201, rows: 1 }),
    urlencoded("the same form again", `${form}&key=form-1`, {
      status: 200,
      answers: { "idempotent-replayed": "true" },
    }),
    urlencoded("an unknown field", `${form}&extra=1`, invalid),
  ];
}

const ROUTES: readonly Case[] = [
  { name: "the description", status: 200, answers: { etag: '"', "cache-control": "no-cache" } },
  { name: "HEAD", method: "HEAD", status: 200 },
  {
    name: "DELETE",
    method: "DELETE",
    status: 405,
    problem: null,
    answers: { allow: "GET, HEAD, POST, OPTIONS" },
  },
  { name: "another path", path: "/other", status: 404, problem: null },
  { name: "a path above", path: "/../", status: 404, problem: null },
  { name: "POST of the dataset", path: "/dataset.csv", method: "POST", status: 405, problem: null },
  {
    name: "the dataset without a token",
    path: "/dataset.csv",
    status: 401,
    problem: "unauthenticated",
  },
  {
    name: "the dataset with another token",
    path: "/dataset.csv",
    headers: { authorization: `Bearer ${TOKEN}x` },
    status: 401,
    problem: "unauthenticated",
    answers: { "www-authenticate": "Bearer" },
  },
  {
    name: "the element",
    path: "/element.js",
    status: 200,
    answers: { "content-type": "text/javascript" },
  },
  {
    name: "a preflight of a listed page",
    method: "OPTIONS",
    headers: { origin: LISTED, "access-control-request-method": "POST" },
    status: 204,
    answers: {
      "access-control-allow-origin": LISTED,
      "access-control-allow-headers": "content-type, idempotency-key, authorization",
      "access-control-max-age": "7200",
      "vary": "origin",
    },
  },
  {
    name: "a preflight of another page",
    method: "OPTIONS",
    headers: { origin: "https://evil.example", "access-control-request-method": "POST" },
    status: 204,
    answers: { "vary": "origin" },
    lacks: ["access-control-allow-origin", "access-control-allow-credentials"],
  },
  {
    name: "the description for a sandboxed page",
    headers: { origin: "null" },
    status: 200,
    lacks: ["access-control-allow-origin"],
  },
  {
    name: "an upload for a component that is not a file",
    path: "/uploads",
    method: "POST",
    headers: JSON_TYPE,
    body: JSON.stringify({ component: "answer", size: 1 }),
    ...invalid,
  },
  {
    name: "an upload as text/plain",
    path: "/uploads",
    method: "POST",
    headers: { "content-type": "text/plain" },
    body: "{}",
    status: 415,
    problem: "media-type",
  },
  {
    name: "an upload that is too large",
    path: "/uploads",
    method: "POST",
    headers: JSON_TYPE,
    body: JSON.stringify({ component: "picture", size: 2 ** 40 }),
    status: 413,
    problem: "too-large",
  },
  {
    name: "an upload to a forged handle",
    path: "/uploads/1.AAAA",
    method: "PUT",
    body: "x",
    status: 404,
    problem: null,
  },
  {
    name: "an upload from a page of another origin",
    path: "/uploads/1.AAAA",
    method: "PUT",
    headers: { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
    body: "x",
    status: 403,
    problem: "cross-origin",
  },
];

/** Returns all cases, in their order. */
export async function allCases(): Promise<Case[]> {
  return [
    ...await originCases(),
    ...await ticketCases(),
    ...await bodyCases(),
    ...await formCases(),
    ...ROUTES,
  ];
}
