import { assert, assertEquals, assertThrows } from "@std/assert";
import { MemoryAdapter } from "@flagstone/flagging";
import { FeedbackLogger, type FeedbackOptions, memoryLimiter } from "@flagstone/flagging/http";
import { faulty } from "../../src/testing/faulty/faulty.ts";
import { StorageError, type StorageErrorCode } from "../../src/storage/storage_error.ts";
import { instead } from "../helpers/stores.ts";
import {
  BASE,
  COMPONENTS,
  endpoint,
  post,
  problemOf,
  rowsIn,
  SAMPLE,
  standing,
} from "./_requests.ts";

const GOOD = { data: SAMPLE, option: "good" };

for (
  const [code, expected] of [
    ["PermissionDenied", [503, "storage-unavailable"]],
    ["NoSpace", [503, "storage-unavailable"]],
    ["Misconfigured", [503, "storage-unavailable"]],
    ["TooLarge", [413, "too-large"]],
    ["InvalidKey", [500, "about:blank"]],
  ] as const satisfies readonly (readonly [StorageErrorCode, readonly [number, string]])[]
) {
  Deno.test(`a store that fails with ${code} is told as ${expected.join(" ")}, and leaks nothing`, async () => {
    const secretText = "/srv/secret/path at line 7";
    const storage = instead(new MemoryAdapter(), {
      append: () => Promise.reject(new StorageError(secretText, { code, adapter: "test" })),
      write: () => Promise.reject(new StorageError(secretText, { code, adapter: "test" })),
    });
    const { feedback, errors } = endpoint({ storage });
    const response = await feedback(post(GOOD, { key: "k" }));
    const text = await response.clone().text();
    assert(!text.includes("secret"), text);
    assertEquals(await problemOf(response), [...expected]);
    assertEquals(errors.length, 1);
    assertEquals(await rowsIn(storage), []);
  });
}

Deno.test("clients that send again until they are answered have one row each, on a bad network", async () => {
  const base = new MemoryAdapter({ capabilities: { append: "none" } });
  const storage = faulty(base, {
    seed: 8,
    lostRequest: 0.1,
    lostAnswer: 0.4,
    lateRequest: 0.05,
    doubledRequest: 0.05,
    lostRead: 0.4,
  });
  const logger = new FeedbackLogger(COMPONENTS, {
    storage,
    retry: { times: 1 },
    probe: false,
  });
  const { feedback } = endpoint({ logger, limit: null });
  let unknown = 0;
  const send = async (key: string) => {
    while (true) {
      const response = await feedback(post(GOOD, { key }));
      if (response.ok) return void await response.body?.cancel();
      const [status, name] = await problemOf(response);
      assertEquals(status, 503);
      if (name === "outcome-unknown") unknown++;
    }
  };
  for (let wave = 0; wave < 40; wave++) {
    await Promise.all([1, 2, 3].map((i) => send(`${wave}-${i}`)));
  }
  const rows = await rowsIn(base);
  assert(unknown > 0, "no answer was lost for good");
  assertEquals([rows.length, new Set(rows.map(({ id }) => id)).size], [120, 120]);
});

Deno.test("a disposed logger is told as a server that stops, and the client may try another one", async () => {
  const logger = new FeedbackLogger(COMPONENTS, { storage: new MemoryAdapter() });
  const { feedback } = endpoint({ logger });
  await logger[Symbol.asyncDispose]();
  const response = await feedback(post(GOOD));
  assertEquals(response.headers.get("retry-after"), "5");
  assertEquals(await problemOf(response), [503, "storage-unavailable"]);
});

Deno.test("a limiter that fails lets requests pass, and its error is reported", async () => {
  const limit = { limit: () => Promise.reject(new Error("no answer")) };
  const { feedback, errors, storage } = endpoint({ limit });
  const info = { remoteAddr: { hostname: "192.0.2.1" } };
  assertEquals((await feedback(post(GOOD), info)).status, 201);
  assertEquals([errors.length, (await rowsIn(storage)).length], [1, 1]);
});

Deno.test("what identify() and redact() throw is reported, and nothing is saved", async () => {
  const fail = () => {
    throw new Error("/srv/secret");
  };
  const failing: readonly Partial<FeedbackOptions<typeof COMPONENTS>>[] = [
    { identify: fail },
    { redact: fail },
    { redact: () => Promise.reject(new TypeError("/srv/secret")) },
    { redact: () => ({ data: { question: "q" } as typeof SAMPLE, comment: "" }) },
  ];
  for (const options of failing) {
    const { feedback, storage, errors } = endpoint(options);
    const response = await feedback(post(GOOD, { key: "k" }));
    assert(!(await response.clone().text()).includes("secret"));
    assertEquals(await problemOf(response), [500, "about:blank"]);
    assertEquals([errors.length, await rowsIn(storage)], [1, []]);
  }
});

Deno.test("an onError that throws changes nothing", async () => {
  const onError = () => {
    throw new Error("on purpose");
  };
  const identify = onError;
  const { feedback } = endpoint({ identify, onError });
  assertEquals((await problemOf(await feedback(post(GOOD))))[0], 500);
});

Deno.test("values that a component refuses are the client's mistake", async () => {
  const question = {
    toCell: () => {
      throw new TypeError("no such value");
    },
  };
  const logger = new FeedbackLogger({ ...COMPONENTS, question }, { storage: new MemoryAdapter() });
  const { feedback } = endpoint({ logger: logger as never });
  assertEquals(await problemOf(await feedback(post(GOOD))), [422, "invalid"]);
});

Deno.test("a TypeError of anything but a component is a fault of the server, after which one may try again", async () => {
  const fail = () => Promise.reject(new TypeError("on purpose"));
  const storage = instead(new MemoryAdapter(), { append: fail, write: fail });
  const { feedback, errors } = endpoint({ storage });
  assertEquals(await problemOf(await feedback(post(GOOD))), [500, "about:blank"]);
  assertEquals(errors.length, 1);
});

Deno.test("a caller is limited by username, else by network, else not at all", async () => {
  let time = 0;
  const now = () => time;
  const limit = memoryLimiter({ limit: 2, windowMs: 60_000, maxKeys: 100, now });
  const identify = ({ headers }: Request) => ({ username: headers.get("x-user") ?? "" });
  const { feedback, storage } = endpoint({ limit, now, identify, addressHeader: "x-address" });
  const statuses = async (headers: Record<string, string>) => {
    const all = [];
    for (let i = 0; i < 3; i++) all.push((await feedback(post(GOOD, { headers }))).status);
    return all.filter((status) => status === 201).length;
  };
  assertEquals(await statuses({ "x-user": "ada", "x-address": "192.0.2.1" }), 2);
  assertEquals(await statuses({ "x-user": "lin", "x-address": "192.0.2.1" }), 2);
  assertEquals(await statuses({ "x-address": "192.0.2.1" }), 2);
  assertEquals(await statuses({ "x-address": "::ffff:192.0.2.1" }), 0); // the same address
  assertEquals(await statuses({ "x-address": "2001:db8:1:2:3::4" }), 2);
  assertEquals(await statuses({ "x-address": "2001:DB8:1:0002::9" }), 0); // the same network
  assertEquals(await statuses({ "x-address": "2001:db8:1:3::9" }), 2);
  assertEquals(await statuses({}), 3);
  assertEquals(await statuses({ "x-forwarded-for": "192.0.2.1" }), 3); // a client can write it
  assertEquals((await rowsIn(storage)).length, 16);
  time = 60_000;
  assertEquals(await statuses({ "x-user": "ada" }), 2);
});

Deno.test("the answer of a limiter is in the headers", async () => {
  const { feedback } = endpoint({ limit: memoryLimiter({ limit: 1, now: () => 0 }), now: () => 0 });
  const info = { remoteAddr: { transport: "tcp", hostname: "192.0.2.1", port: 1 } };
  const first = await feedback(post(GOOD), info);
  assertEquals(first.headers.get("ratelimit-policy"), '"default";q=1');
  assertEquals(first.headers.get("ratelimit"), '"default";r=0;t=60');
  const second = await feedback(post(GOOD), info);
  assertEquals(second.headers.get("retry-after"), "60");
  assertEquals(await problemOf(second), [429, "rate-limited"]);
});

Deno.test("memoryLimiter() forgets the oldest callers, so that many cannot fill the memory", async () => {
  const limiter = memoryLimiter({ limit: 1, maxKeys: 10, now: () => 0 });
  for (let i = 0; i < 11; i++) await limiter.limit(`${i}`);
  assertEquals((await limiter.limit("0")).success, true); // was forgotten
  assertEquals((await limiter.limit("10")).success, false);
  assertThrows(() => memoryLimiter({ limit: 0 }), RangeError, "limit is 0");
});

Deno.test("mode never has no endpoint, and mode auto saves predictions next to verdicts", async () => {
  const never = endpoint({ flaggingMode: "never" });
  for (const request of [post(GOOD), new Request(BASE), new Request(`${BASE}/element.js`)]) {
    assertEquals((await problemOf(await never.feedback(request)))[0], 404);
  }
  const { feedback, storage } = endpoint({ flaggingMode: "auto" });
  const { subject, isSaved } = await feedback.logger.logPrediction(SAMPLE);
  assert(isSaved);
  await feedback(post({ ...GOOD, subject }, { key: "k" }));
  assertEquals(await standing(storage), ["", "good"]);
  const rows = await rowsIn(storage);
  assertEquals(rows.map((row) => row.subject), [subject, subject]);
});

Deno.test("createFeedback() refuses options that cannot be right", () => {
  const wrong: readonly [Partial<FeedbackOptions<typeof COMPONENTS>>, string][] = [
    [{ options: [] }, "are empty"],
    [{ options: ["good", ""] }, "is a withdrawal"],
    [{ reasons: { other: ["x"] } }, '"other", which is no option'],
    [{ comment: { for: ["other"] } }, '"other", which is no option'],
    [{ secret: "short" }, "a secret of 5 bytes"],
    [{ secret: ["x".repeat(32), "short"] }, "a secret of 5 bytes"],
    [{ secret: "" }, "a secret of 0 bytes"],
    [{ accepts: "tickets" }, "need a `secret`"],
    [{ origins: ["https://app.example/"] }, 'did you mean "https://app.example"?'],
    [{ origins: ["*"] }, '"*" is not an origin'],
    [{ origin: "app.example" }, "is not an origin"],
    [{ base: "feedback" }, "must be a path"],
    [{ components: undefined }, "needs either"],
  ];
  for (const [options, message] of wrong) {
    assertThrows(() => endpoint(options), TypeError, message);
  }
  const logger = new FeedbackLogger(COMPONENTS, { storage: new MemoryAdapter(), columns: [] });
  assertThrows(() => endpoint({ logger, undo: false }), TypeError, 'has no column "reason"');
  const storage = new MemoryAdapter();
  assertThrows(
    () => endpoint({ logger: new FeedbackLogger(COMPONENTS, { storage }), segments: true }),
    TypeError,
    "`segments` is an option of the logger",
  );
});
