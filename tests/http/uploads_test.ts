import { assert, assertEquals, assertMatch } from "@std/assert";
import { file, files, MemoryAdapter, type StorageAdapter, value } from "@flagstone/flagging";
import { createFeedback, type FeedbackOptions, sealTicket } from "@flagstone/flagging/http";
import { S3Adapter, s3Uploads } from "@flagstone/flagging/s3";
import { patternAt } from "../helpers/pattern.ts";
import { R2Server } from "../helpers/r2_server.ts";
import { TempDir } from "../helpers/temp_dir.ts";
import { LocalFsAdapter } from "../../src/storage/local_fs/mod.ts";
import { post, problemOf, rowsIn, SECRET } from "./_requests.ts";

const COMPONENTS = { prompt: value<string>(), picture: file(), pages: files() };
const TYPE = "image/png";

type Options = Partial<FeedbackOptions<typeof COMPONENTS>>;

// Started outside the tests, so that the sanitizers do not count its resources.
const server = await R2Server.start(3);
Deno.test.afterAll(() => server[Symbol.asyncDispose]());

function endpointOn(storage: StorageAdapter, options: Options = {}) {
  return createFeedback({
    components: COMPONENTS,
    storage,
    options: ["good"],
    secret: SECRET,
    limit: null,
    identify: ({ headers }) => ({ username: headers.get("x-user") ?? "" }),
    files: { maxBytes: 10, maxUploadBytes: 20 * 1024 * 1024 },
    onError: () => {},
    ...options,
  });
}

const ticket = await sealTicket(SECRET, { data: { prompt: "a red circle" } });

function startOf(size: number, more: Record<string, unknown> = {}, user = ""): Request {
  const body = { ticket, component: "picture", name: "a.png", type: TYPE, size, ...more };
  return post(body, { path: "/uploads", headers: { "x-user": user } });
}

function put(url: string, bytes: Uint8Array<ArrayBuffer>, user = ""): Request {
  const headers = { "content-type": TYPE, "x-user": user };
  return new Request(url, { method: "PUT", headers, body: bytes });
}

const flagOf = (picture: unknown, key = "k", user = "") =>
  post({ ticket, option: "good", files: { picture } }, { key, headers: { "x-user": user } });

/** The bytes of an object. */
async function bytesOf(storage: StorageAdapter, key: string): Promise<Uint8Array> {
  return await new Response((await storage.read(key))!.body).bytes();
}

const STORES: readonly (readonly [string, () => Promise<[StorageAdapter, AsyncDisposable?]>])[] = [
  ["memory", () => Promise.resolve([new MemoryAdapter()])],
  ["the local disk", () => {
    const dir = new TempDir();
    return Promise.resolve([new LocalFsAdapter({ root: dir.path }), dir]);
  }],
  ["S3", () => Promise.resolve([new S3Adapter(server.takeBucket())])],
];

for (const [name, open] of STORES) {
  Deno.test(`a large file passes through the endpoint to ${name}, and its row names it`, async () => {
    const [storage, dir] = await open();
    const feedback = endpointOn(storage);
    const bytes = crypto.getRandomValues(new Uint8Array(50_000));
    const target = await (await feedback(startOf(bytes.length))).json();
    assertMatch(target.url, /^http:\/\/app\.example\/feedback\/uploads\/[\w.-]+$/);
    assertEquals(await problemOf(await feedback(flagOf(target.handle))), [422, "invalid"]);
    for (let i = 0; i < 2; i++) { // the answer to the first PUT may be lost
      assertEquals((await feedback(put(target.url, bytes))).status, 204);
    }
    assertEquals((await feedback(flagOf(target.handle))).status, 201);
    const [row, ...others] = await rowsIn(storage);
    assertEquals(others, []);
    assertMatch(row!.picture!, /^picture\/[0-9a-f]{20}\/a\.png$/);
    assertEquals(await bytesOf(storage, `flagged/${row!.picture}`), bytes);
    await dir?.[Symbol.asyncDispose]();
  });
}

Deno.test("an upload of another size is refused, and nothing of it is stored", async () => {
  const storage = new MemoryAdapter();
  const feedback = endpointOn(storage);
  for (const [length, problem] of [[99, [400, "malformed"]], [101, [413, "too-large"]]] as const) {
    const { url, handle } = await (await feedback(startOf(100))).json();
    const response = await feedback(put(url, new Uint8Array(length)));
    assertEquals(await problemOf(response), [...problem]);
    assertEquals(await problemOf(await feedback(flagOf(handle))), [422, "invalid"]);
  }
  assertEquals(await Array.fromAsync(storage.list()), []);
});

Deno.test("nobody can change a file that a row names", async () => {
  const storage = new MemoryAdapter();
  const feedback = endpointOn(storage);
  const { url, handle } = await (await feedback(startOf(3))).json();
  await feedback(put(url, new Uint8Array([1, 2, 3])));
  await feedback(flagOf(handle));
  await feedback(put(url, new Uint8Array([9, 9, 9])));
  const [row] = await rowsIn(storage);
  assertEquals(await bytesOf(storage, `flagged/${row!.picture}`), new Uint8Array([1, 2, 3]));
});

Deno.test("a handle is for one person, one component and an hour", async () => {
  let time = 1_000_000;
  const feedback = endpointOn(new MemoryAdapter(), { now: () => time });
  const fresh = await sealTicket(SECRET, { data: { prompt: "x" }, now: () => time });
  const flag = (files: unknown, user: string) =>
    post({ ticket: fresh, option: "good", files }, { headers: { "x-user": user } });
  const { url, handle } = await (await feedback(startOf(3, { ticket: fresh }, "ada"))).json();
  const bytes = new Uint8Array(3);
  assertEquals((await problemOf(await feedback(put(url, bytes, "lin"))))[0], 404);
  assertEquals((await feedback(put(url, bytes, "ada"))).status, 204);
  const refused = [
    flag({ picture: handle }, "lin"),
    flag({ pages: [handle] }, "ada"),
    flag({ picture: `${handle}A` }, "ada"),
    flag({ picture: fresh }, "ada"), // a ticket is not a handle
  ];
  for (const request of refused) assertEquals((await problemOf(await feedback(request)))[0], 422);
  assertEquals((await feedback(flag({ picture: handle }, "ada"))).status, 201);
  time += 3_600_000;
  assertEquals((await problemOf(await feedback(flag({ picture: handle }, "ada"))))[0], 422);
});

Deno.test("an upload needs a ticket where verdicts need one", async () => {
  const feedback = endpointOn(new MemoryAdapter());
  const forged = await sealTicket("another secret of at least 32 bytes", { data: {} });
  for (const given of [undefined, forged]) {
    const response = await feedback(startOf(3, { ticket: given }));
    assertEquals(await problemOf(response), [422, "invalid"]);
  }
  const withoutSecret = endpointOn(new MemoryAdapter(), { secret: undefined });
  assertEquals((await problemOf(await withoutSecret(startOf(3))))[0], 404);
});

Deno.test("several files of one component are a list, uploaded or in the form", async () => {
  const storage = new MemoryAdapter();
  const feedback = endpointOn(storage);
  const handles = [];
  for (const name of ["1.png", "2.png"]) {
    const target = await (await feedback(startOf(3, { component: "pages", name }))).json();
    await feedback(put(target.url, new Uint8Array(3)));
    handles.push(target.handle);
  }
  await feedback(post({ ticket, option: "good", files: { pages: handles } }));
  const form = new FormData();
  form.set("ticket", ticket);
  form.set("option", "good");
  form.append("files.pages", new File(["1"], "1.png"));
  form.append("files.pages", new File(["2"], "2.png"));
  form.append("files.picture", new File(["3"], "dans la forêt.png"));
  const request = new Request("http://app.example/feedback", { method: "POST", body: form });
  assertEquals((await feedback(request)).status, 201);
  const [first, second] = await rowsIn(storage);
  for (const row of [first!, second!]) {
    const paths: string[] = JSON.parse(row.pages!);
    assertEquals(paths.map((path) => path.split("/").at(-1)), ["1.png", "2.png"]);
    for (const path of paths) assert(await storage.stat(`flagged/${path}`));
  }
  assertMatch(second!.picture!, /forêt\.png$/);
});

Deno.test("a form of nothing but a file needs no data", async () => {
  const storage = new MemoryAdapter();
  const feedback = createFeedback({ components: { picture: file() }, storage, options: ["good"] });
  const form = new FormData();
  form.set("option", "good");
  form.set("files.picture", new File(["x"], "a.png"));
  const request = new Request("http://app.example/feedback", { method: "POST", body: form });
  assertEquals((await feedback(request)).status, 201);
  assertMatch((await rowsIn(storage))[0]!.picture!, /a\.png$/);
});

Deno.test("a file in a ticket cannot be replaced by the page, and a data URL is stored as a file", async () => {
  const storage = new MemoryAdapter();
  const feedback = endpointOn(storage);
  const data = { prompt: "x", picture: "data:image/png;base64,AQID" };
  const sealed = await sealTicket(SECRET, { data });
  const form = new FormData();
  form.set("ticket", sealed);
  form.set("option", "good");
  form.set("files.picture", new File(["other"], "b.png"));
  const request = new Request("http://app.example/feedback", { method: "POST", body: form });
  assertEquals(await problemOf(await feedback(request)), [422, "invalid"]);
  assertEquals((await feedback(post({ ticket: sealed, option: "good" }))).status, 201);
  const [row] = await rowsIn(storage);
  assertEquals(await bytesOf(storage, `flagged/${row!.picture}`), new Uint8Array([1, 2, 3]));
});

Deno.test("an upload goes to a bucket directly, and the store refuses another size, type or a second one", async () => {
  const options = { ...server.takeBucket(), prefix: "team" };
  const storage = new S3Adapter(options);
  const feedback = endpointOn(storage, { uploads: s3Uploads(options) });
  const bytes = patternAt(0, 12 * 1024 * 1024);
  const { url, headers, handle } = await (await feedback(startOf(bytes.length))).json();
  assertEquals(new URL(url).origin, new URL(server.endpoint).origin);
  const send = async (body: Uint8Array<ArrayBuffer>, more: Record<string, string> = {}) => {
    const response = await fetch(url, { method: "PUT", headers: { ...headers, ...more }, body });
    await response.body?.cancel();
    return response.status;
  };
  assertEquals(await send(bytes.subarray(1)), 403);
  assertEquals(await send(bytes, { "content-type": "text/html" }), 403);
  assertEquals(await problemOf(await feedback(flagOf(handle))), [422, "invalid"]);
  assertEquals(await send(bytes), 200);
  assertEquals(await send(bytes), 412);
  assertEquals((await feedback(flagOf(handle))).status, 201);
  const [row] = await rowsIn(storage);
  assertEquals(await bytesOf(storage, `flagged/${row!.picture}`), bytes);
  // The endpoint itself takes no bytes then.
  const direct = put(`http://app.example/feedback/uploads/${handle}`, bytes.subarray(1));
  assertEquals((await problemOf(await feedback(direct)))[0], 404);
});
