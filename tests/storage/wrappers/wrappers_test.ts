import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { limited } from "../../../src/storage/wrappers/limited.ts";
import { MemoryAdapter } from "../../../src/storage/memory_adapter.ts";
import { observed, type StorageEvent } from "../../../src/storage/wrappers/observed.ts";
import { prefixed } from "../../../src/storage/wrappers/prefixed.ts";
import { retrying } from "../../../src/storage/wrappers/retrying.ts";
import type {
  ObjectInfo,
  ObjectVersion,
  ReadResult,
  StorageAdapter,
} from "../../../src/storage/storage_adapter.ts";
import { StorageError, type StorageErrorCode } from "../../../src/storage/storage_error.ts";
import { faulty, type FaultyOptions } from "../../../src/testing/mod.ts";
import { timed } from "../../../src/storage/wrappers/timed.ts";
import { countedSignal } from "../../../src/testing/conformance/counted_signal.ts";
import { failing, failure, type Fate } from "../../helpers/failing_adapter.ts";

const WRAPPERS: Readonly<Record<string, (adapter: StorageAdapter) => StorageAdapter>> = {
  prefixed: (adapter) => prefixed(adapter, "p"),
  retrying: (adapter) => retrying(adapter, { delayMs: 1 }),
  timed: (adapter) => timed(adapter, 10_000),
  limited: (adapter) => limited(adapter, 4),
  observed: (adapter) => observed(adapter, () => {}),
};

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function streamOf(...chunks: readonly string[]): ReadableStream<Uint8Array> {
  return ReadableStream.from(chunks.map(bytes));
}

async function textOf(result: ReadResult | null): Promise<string> {
  return await new Response(result?.body).text();
}

async function keysOf(adapter: StorageAdapter, options = {}): Promise<string[]> {
  return (await Array.fromAsync(adapter.list(options))).map(({ key }) => key);
}

function tick(ms = 0): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The error of an action that must reject, with its code. */
async function refusal(
  action: () => Promise<unknown>,
  code: StorageErrorCode,
): Promise<StorageError> {
  const error = await assertRejects(action, StorageError);
  assertEquals(error.code, code, error.message);
  return error;
}

function never<T>(): Promise<T> {
  return new Promise(() => {});
}

/** An adapter over memory with some methods replaced. */
function changed(changes: Partial<StorageAdapter>, memory = new MemoryAdapter()): StorageAdapter {
  return {
    name: memory.name,
    capabilities: memory.capabilities,
    stat: memory.stat.bind(memory),
    read: memory.read.bind(memory),
    write: memory.write.bind(memory),
    append: memory.append!.bind(memory),
    delete: memory.delete.bind(memory),
    list: memory.list.bind(memory),
    ...changes,
  };
}

for (const [name, wrap] of Object.entries(WRAPPERS)) {
  Deno.test(`${name}() keeps the name and the capabilities`, () => {
    const memory = new MemoryAdapter({ name: "s3", capabilities: { maxObjectBytes: 99 } });
    assertEquals(wrap(memory).name, "s3");
    assertEquals(wrap(memory).capabilities, memory.capabilities);
  });

  Deno.test(`${name}() has append and disposal exactly if the adapter has them`, async () => {
    const memory = new MemoryAdapter();
    await wrap(memory)[Symbol.asyncDispose]?.();
    await refusal(() => memory.stat("a"), "InvalidArgument");
    assert(wrap(memory).append !== undefined);
    const without = wrap(new MemoryAdapter({ capabilities: { append: "none" } }));
    assertEquals("append" in without, false);
    assertEquals(Symbol.asyncDispose in wrap(changed({})), false);
  });

  Deno.test(`${name}() leaves no listener after 10 000 calls`, async () => {
    const storage = wrap(new MemoryAdapter());
    const { signal, listeners } = countedSignal();
    for (let round = 0; round < 1000; round++) {
      await storage.write("a", bytes("x"), { signal });
      await storage.write("b", streamOf("x"), { signal });
      await storage.append?.("b", bytes("y"), { at: 1, signal });
      await storage.stat("a", { signal });
      await textOf(await storage.read("a", { signal }));
      await (await storage.read("a", { signal }))?.body.cancel();
      await storage.read("missing", { signal });
      await storage.read("a", { signal, ifVersion: "0" as ObjectVersion }).catch(() => {});
      for await (const _ of storage.list({ signal })) break;
      await storage.delete("b", { signal });
      assertEquals(listeners(), 0, `after round ${round}`);
    }
  });
}

Deno.test("prefixed() keeps the keys of two prefixes apart", async () => {
  const memory = new MemoryAdapter();
  const [a, ab] = [prefixed(memory, "a"), prefixed(memory, "ab/")];
  await a.write("b", bytes("1"));
  await ab.write("b", bytes("2"));
  await memory.write("b", bytes("3"));
  assertEquals(await keysOf(a), ["b"]);
  assertEquals(await keysOf(ab, { after: "a" }), ["b"]);
  assertEquals(await keysOf(ab, { after: "b" }), []);
  assertEquals(await keysOf(memory), ["a/b", "ab/b", "b"]);
  assertEquals(await textOf(await a.read("b")), "1");
  await a.delete("b");
  assertEquals(await keysOf(memory), ["ab/b", "b"]);
  const last = prefixed(memory, "z");
  for (const key of ["b", "c", "cd"]) await last.write(key, bytes(key));
  assertEquals(await keysOf(last, { after: "b", prefix: "c" }), ["c", "cd"]);
  assertEquals(await keysOf(last, { after: "c" }), ["cd"]);
});

Deno.test("prefixed() names its user's key in errors, also in those of a body", async () => {
  const adapter = changed({
    read: (key) =>
      Promise.resolve({
        info: { key, size: 1, version: "1" as ObjectVersion },
        start: 0,
        end: 1,
        body: new ReadableStream({
          start: (controller) => controller.error(failure("Corrupt", key)),
        }),
      }),
  });
  const storage = prefixed(adapter, "secret/tenant");
  await storage.write("k", bytes("x"));
  const conflict = await refusal(
    () => storage.write("k", bytes("y"), { precondition: "absent" }),
    "Conflict",
  );
  assertEquals(conflict.message, 'Cannot write "k" as it exists');
  assertEquals([conflict.key, conflict.outcome], ["k", "not-applied"]);
  const corrupt = await refusal(async () => {
    await (await storage.read("k"))?.body.getReader().read();
  }, "Corrupt");
  assertEquals(corrupt.key, "k");
});

Deno.test("prefixed() takes keys of 1024 bytes with the prefix, and names longer ones as given", async () => {
  const memory = new MemoryAdapter();
  const storage = prefixed(memory, "x".repeat(255));
  const longest = Array(3).fill("é".repeat(127)).join("/") + "/kk";
  assertEquals(bytes(longest).length, 1024 - 256 - 1);
  await storage.write(`${longest}k`, bytes("x"));
  assertEquals(bytes((await keysOf(memory))[0] ?? "").length, 1024);
  assertEquals(await keysOf(storage), [`${longest}k`]);
  const error = await refusal(() => storage.write(`${longest}kk`, bytes("x")), "InvalidKey");
  assertEquals([error.key, error.outcome], [`${longest}kk`, "not-applied"]);
});

Deno.test("prefixed() refuses a prefix that could not be a key", () => {
  for (const prefix of ["../a", "/", "/a", "a//", ".flagstone-x", "a\\b"]) {
    assertThrows(() => prefixed(new MemoryAdapter(), prefix), StorageError);
  }
});

const PASSING: readonly StorageErrorCode[] = ["RateLimited", "Unavailable", "TimedOut", "Corrupt"];
const LASTING: readonly StorageErrorCode[] = [
  ...[
    "InvalidArgument",
    "Unsupported",
    "Misconfigured",
    "Conflict",
    "RangeNotSatisfiable",
  ] as const,
  ...["PermissionDenied", "NoSpace", "TooLarge", "Aborted", "Unknown"] as const,
];

/** Every way to call an adapter on "a", which holds "12345" at first. */
const CALLS: Readonly<Record<string, (on: StorageAdapter) => Promise<unknown>>> = {
  stat: (on) => on.stat("a"),
  read: async (on) => await textOf(await on.read("a")),
  delete: (on) => on.delete("a"),
  write: (on) => on.write("a", bytes("new")),
  create: (on) => on.write("b", bytes("new"), { precondition: "absent" }),
  swap: async (on) => {
    const { version } = (await (on as { memory?: StorageAdapter }).memory?.stat("a"))!;
    await on.write("a", bytes("new"), { precondition: { version } });
  },
  append: (on) => on.append!("a", bytes("new"), { at: 5 }),
  stream: (on) => on.write("a", streamOf("new")),
};
const IDEMPOTENT: readonly string[] = ["stat", "read", "delete", "write"];
const CONDITIONAL: readonly string[] = ["create", "swap", "append"];

/** Calls a retrying wrapper around calls with these results; returns the number of calls. */
async function retried(name: string, fates: readonly Fate[], stays = false): Promise<{
  calls: number;
  error: unknown;
}> {
  const inner = failing(fates, stays);
  await inner.memory.write("a", bytes("12345"));
  const storage = { ...retrying(inner, { times: 3, delayMs: 1 }), memory: inner.memory };
  const error = await CALLS[name]?.(storage).then(() => undefined, (error: unknown) => error);
  return { calls: inner.calls(), error };
}

Deno.test("retrying() repeats an idempotent request if the failure is transient", async () => {
  for (const name of IDEMPOTENT) {
    for (const code of PASSING) {
      const { calls, error } = await retried(name, [[code, "unknown"], [code, "not-applied"]]);
      assertEquals([calls, error], [3, undefined], `${name} ${code}`);
    }
  }
});

Deno.test("retrying() repeats a conditional request only if it was not applied", async () => {
  for (const name of CONDITIONAL) {
    for (const code of PASSING) {
      const safe = await retried(name, [[code, "not-applied"], [code, "not-applied"]]);
      assertEquals([safe.calls, safe.error], [3, undefined], `${name} ${code}`);
      for (const outcome of ["unknown", undefined] as const) {
        const unsafe = await retried(name, [[code, "not-applied"], [code, outcome]]);
        assertEquals(unsafe.calls, 2, `${name} ${code} ${outcome}`);
        assertEquals((unsafe.error as StorageError).code, code);
        assertEquals((unsafe.error as StorageError).outcome, "unknown");
      }
    }
  }
});

Deno.test("retrying() never sends a stream again", async () => {
  for (const code of PASSING) {
    const { calls, error } = await retried("stream", [[code, "not-applied"]]);
    assertEquals([calls, (error as StorageError).code], [1, code]);
  }
});

Deno.test("retrying() sends nothing again whose failure lasts", async () => {
  for (const name of Object.keys(CALLS)) {
    for (const code of LASTING) {
      const { calls, error } = await retried(name, [[code, "not-applied"]]);
      assertEquals([calls, (error as StorageError).code], [1, code], name);
    }
  }
});

Deno.test("retrying() calls nothing not-applied of which one attempt may have landed", async () => {
  for (const name of ["write", "delete"]) {
    const last: Fate = ["PermissionDenied", "not-applied"];
    const mixed = await retried(name, [["Unavailable", "unknown"], last]);
    assertEquals((mixed.error as StorageError).outcome, "unknown", name);
    const clean = await retried(name, [["Unavailable", "not-applied"], last]);
    assertEquals((clean.error as StorageError).outcome, "not-applied", name);
    const out = await retried(
      name,
      [["Unavailable", "unknown"], ["RateLimited", "not-applied"]],
      true,
    );
    assertEquals([out.calls, (out.error as StorageError).outcome], [4, "unknown"], name);
  }
});

Deno.test("retrying() stops after its times, and after its budget without a last pause", async () => {
  const { calls, error } = await retried("stat", [["Unavailable"]], true);
  assertEquals([calls, (error as StorageError).code], [4, "Unavailable"]);
  const inner = failing([["Unavailable"]], true);
  const storage = retrying(inner, { times: 1e6, delayMs: 20, budgetMs: 100 });
  await refusal(() => storage.stat("a"), "Unavailable");
  assert(inner.calls() > 1 && inner.calls() < 200, `${inner.calls()} calls`);
  const patient = retrying(failing([["Unavailable"]], true), { delayMs: 1e9, budgetMs: 0 });
  await refusal(() => patient.stat("a"), "Unavailable");
});

Deno.test("retrying() wakes up when its signal is aborted, and reports the outcome", async () => {
  const reason = new Error("not wanted");
  const { random } = Math;
  Math.random = () => 1; // so that the first pause is 5 seconds
  const begin = performance.now();
  for (const outcome of ["unknown", "not-applied"] as const) {
    const controller = new AbortController();
    const inner = failing([["Unavailable", outcome]], true);
    const storage = retrying(inner, { times: 1e9, delayMs: 1e9, budgetMs: 1e12 });
    const writing = storage.write("a", bytes("x"), { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 20);
    const error = await refusal(() => writing, "Aborted");
    assertEquals(error.outcome, outcome);
    assertStrictEquals(error.cause, reason);
    const calls = inner.calls();
    await tick(10);
    assertEquals(inner.calls(), calls, "It went on");
  }
  Math.random = random;
  assert(performance.now() - begin < 4000, "It slept on");
});

Deno.test("retrying() leaves no listener after a pause", async () => {
  const { signal, listeners } = countedSignal();
  const inner = failing([["Unavailable", "unknown"], ["Unavailable", "unknown"]]);
  await retrying(inner, { delayMs: 1 }).write("a", bytes("x"), { signal });
  assertEquals([inner.calls(), listeners()], [3, 0]);
});

Deno.test("retrying() continues after the last key of a listing that fails", async () => {
  const memory = new MemoryAdapter();
  const keys = Array.from({ length: 50 }, (_, i) => `k${10 + i}`);
  for (const key of keys) await memory.write(key, bytes(key));
  const unsteady = () => faulty(memory, { seed: 3, lostRead: 0.7 });
  const storage = retrying(unsteady(), { times: 50, delayMs: 1 });
  assertEquals(await keysOf(storage), keys);
  assertEquals(await keysOf(storage, { limit: 33, after: "k12" }), keys.slice(3, 36));
  const lost = retrying(faulty(memory, { lostRead: 1 }), { times: 0 });
  await refusal(() => keysOf(lost), "Unavailable");
  const broken = retrying(changed({
    list: async function* () {
      yield* await Array.fromAsync(memory.list({ limit: 3 }));
      throw failure("PermissionDenied");
    },
  }));
  await refusal(() => keysOf(broken), "PermissionDenied");
});

Deno.test("retrying() continues after the last byte of a body that fails, in one version", async () => {
  const memory = new MemoryAdapter();
  const body = crypto.getRandomValues(new Uint8Array(60_000));
  await memory.write("a", body);
  const unsteady = faulty(memory, { seed: 5, brokenBody: 0.8, lostRead: 0.3, chop: 500 });
  const storage = retrying(unsteady, { times: 100, delayMs: 1 });
  for (const range of [undefined, { start: 100, end: 50_000 }, { last: 1234 }]) {
    const result = await storage.read("a", { range });
    const found = new Uint8Array(await new Response(result?.body).arrayBuffer());
    assertEquals(found, body.slice(result?.start, result?.end));
  }
  assert(unsteady.injected.brokenBodies > 3);
  const breaking = retrying(faulty(memory, { seed: 5, brokenBody: 1, chop: 500 }), { delayMs: 1 });
  const result = await breaking.read("a");
  const reader = result!.body.getReader();
  await reader.read();
  await memory.write("a", bytes("other"));
  await refusal(async () => {
    while (!(await reader.read()).done);
  }, "Conflict");
});

Deno.test("retrying() stops waiting for a body that is cancelled or aborted", async () => {
  const unsteady = faulty(new MemoryAdapter(), { brokenBody: 1 });
  await unsteady.write("a", bytes("x".repeat(1000)));
  const storage = retrying(unsteady, { times: 1e9, delayMs: 1e9, budgetMs: 1e12 });
  const reader = (await storage.read("a"))!.body.getReader();
  const reading = reader.read().catch(() => {});
  await tick(5);
  await reader.cancel();
  await reading;
  const reason = new Error("not wanted");
  const controller = new AbortController();
  const result = await storage.read("a", { signal: controller.signal });
  setTimeout(() => controller.abort(reason), 5);
  const error = await new Response(result!.body).text().catch((error) => error);
  assertStrictEquals(error, reason);
});

/** A memory that records the mutations that it applied. */
function noting(applied: string[]): StorageAdapter {
  const memory = new MemoryAdapter();
  const note = async (done: Promise<ObjectInfo>, body: unknown): Promise<ObjectInfo> => {
    const info = await done;
    applied.push(new TextDecoder().decode(body as Uint8Array));
    return info;
  };
  return changed({
    write: (key, body, options) => note(memory.write(key, body, options), body),
    append: (key, body, options) => note(memory.append!(key, body, options), body),
  }, memory);
}

const FAULTS: FaultyOptions = {
  lostRequest: 0.1,
  lostAnswer: 0.1,
  lateRequest: 0.1,
  lostRead: 0.1,
};

Deno.test("retrying() over faulty() never reports a landed write as lost, nor a lost one as landed", async () => {
  const told = { landed: 0, lost: 0, unknown: 0 };
  for (let seed = 1; seed <= 20; seed++) {
    const applied: string[] = [];
    const unsteady = faulty(noting(applied), { ...FAULTS, seed });
    const storage = retrying(unsteady, { times: 10, delayMs: 0.01 });
    const claims: { readonly text: string; readonly claim: keyof typeof told }[] = [];
    const send = async (text: string, action: () => Promise<unknown>) => {
      const claim = await action().then(
        () => "landed" as const,
        (error) => error.outcome === "not-applied" ? "lost" as const : "unknown" as const,
      );
      claims.push({ text, claim });
    };
    for (let i = 0; i < 150; i++) {
      const key = `k${i % 5}`;
      const info = await storage.stat(key).catch(() => null);
      const text = `${seed}/${i};`;
      const body = bytes(text);
      const at = info?.size ?? 0;
      const version = info?.version ?? "none" as ObjectVersion;
      const ways = [
        () => storage.write(key, body, { precondition: "absent" }),
        () => storage.write(key, body, { precondition: { version } }),
        () => storage.append!(key, body, { at }),
        () => storage.write(key, streamOf(text), { precondition: { version } }),
        () => storage.write(key, body),
      ];
      await send(text, ways[i % ways.length]!);
      if (i % 7 === 0) await storage.delete(key).catch(() => {});
    }
    await unsteady.settle();
    for (const { text, claim } of claims) {
      told[claim]++;
      if (claim === "landed") assert(applied.some((one) => one === text), `${text} was lost`);
      if (claim === "lost") assert(!applied.some((one) => one === text), `${text} has landed`);
    }
  }
  assert(Object.values(told).every((count) => count > 100), JSON.stringify(told));
});

Deno.test("timed() ends every operation that hangs, with an honest outcome", async () => {
  const hanging = changed({
    stat: never,
    read: never,
    write: never,
    append: never,
    delete: never,
    list: () => ({ [Symbol.asyncIterator]: () => ({ next: never, return: never }) }),
  });
  const storage = timed(hanging, 5);
  for (const [name, call] of Object.entries(CALLS)) {
    if (name === "swap") continue;
    const error = await refusal(() => call(storage), "TimedOut");
    assertEquals(error.outcome, ["stat", "read"].includes(name) ? undefined : "unknown", name);
    assert(error.cause instanceof DOMException && error.cause.name === "TimeoutError");
  }
  assertEquals((await refusal(() => keysOf(storage), "TimedOut")).outcome, undefined);
});

Deno.test("timed() passes on the outcome that the adapter reports", async () => {
  const storage = timed(new MemoryAdapter(), 5);
  const silent = new ReadableStream<Uint8Array>();
  const error = await refusal(() => storage.write("a", silent), "TimedOut");
  assertEquals(error.outcome, "not-applied");
  assertEquals(await storage.stat("a"), null);
});

Deno.test("timed() allows each chunk of a body the whole time, in both directions", async () => {
  const storage = timed(new MemoryAdapter(), 250);
  const slow = async function* () {
    for (let i = 0; i < 8; i++) {
      await tick(40);
      yield bytes("x");
    }
  };
  await storage.write("a", ReadableStream.from(slow()));
  const slowly = changed({
    read: (key) =>
      Promise.resolve({
        info: { key, size: 8, version: "1" as ObjectVersion },
        start: 0,
        end: 8,
        body: ReadableStream.from(slow()),
      }),
  });
  assertEquals(await textOf(await timed(slowly, 250).read("a")), "xxxxxxxx");
  // A slow reader is not a body that stalls, either.
  const result = await timed(new MemoryAdapter(), 5).read("a");
  assertEquals(result, null);
  const reader = (await timed(slowly, 250).read("a"))!.body.getReader();
  await reader.read();
  await tick(300);
  assertEquals((await reader.read()).done, false);
  await reader.cancel();
});

Deno.test("timed() errors a body that stalls, and cancels one that comes too late", async () => {
  let cancelled = 0;
  const stalled = (): ReadResult => ({
    info: { key: "a", size: 1, version: "1" as ObjectVersion },
    start: 0,
    end: 1,
    body: new ReadableStream({ cancel: () => void cancelled++ }),
  });
  const storage = timed(changed({ read: () => Promise.resolve(stalled()) }), 5);
  const result = await storage.read("a");
  await refusal(() => textOf(result), "TimedOut");
  assertEquals(cancelled, 1);
  const late = timed(changed({ read: () => tick(40).then(stalled) }), 5);
  await refusal(() => late.read("a"), "TimedOut");
  await tick(60);
  assertEquals(cancelled, 2);
});

Deno.test("timed() passes its caller's abort on, with its reason", async () => {
  let seen: AbortSignal | undefined;
  const inner = changed({
    stat: (_, options) => {
      seen = options?.signal;
      return new Promise((_, reject) =>
        seen?.addEventListener("abort", () => reject(failure("Aborted")))
      );
    },
  });
  const controller = new AbortController();
  const stat = timed(inner, 60_000).stat("a", { signal: controller.signal });
  const reason = new Error("not wanted");
  setTimeout(() => controller.abort(reason), 1);
  await refusal(() => stat, "Aborted");
  assertStrictEquals(seen?.reason, reason);
});

Deno.test("timed() refuses an invalid time", () => {
  for (const ms of [0, -1, NaN, Infinity, 2 ** 31]) {
    const says = `Cannot time storage: "ms" is ${ms}; pass a number above 0, at most 2147483647`;
    assertThrows(() => timed(new MemoryAdapter(), ms), RangeError, says);
  }
});

/** A memory that counts its calls in flight, and answers on request. */
function gated() {
  const waiting: { readonly key: string; readonly go: () => void }[] = [];
  let [now, most] = [0, 0];
  const memory = new MemoryAdapter();
  const adapter = changed({
    write: async (key, body, options) => {
      most = Math.max(most, ++now);
      await new Promise<void>((go) => waiting.push({ key, go }));
      now--;
      return await memory.write(key, body, options);
    },
  }, memory);
  return { adapter, memory, waiting, most: () => most, keys: () => waiting.map(({ key }) => key) };
}

Deno.test("limited() keeps to its limit, first come, first served", async () => {
  const { adapter, waiting, most, keys } = gated();
  const storage = limited(adapter, 2);
  const order: string[] = [];
  const all = ["a", "b", "c", "d", "e"].map((key) => storage.write(key, bytes(key)));
  while (order.length < 5) {
    await tick();
    assert(waiting.length <= 2, `${keys()} are under way`);
    const next = waiting.shift();
    order.push(next?.key ?? "");
    next?.go();
  }
  await Promise.all(all);
  assertEquals([order, most()], [["a", "b", "c", "d", "e"], 2]);
});

Deno.test("limited() lets an aborted call leave the queue at once, and never runs it", async () => {
  const { adapter, waiting, keys } = gated();
  const storage = limited(adapter, 1);
  const controller = new AbortController();
  const first = storage.write("a", bytes("a"));
  const aborted = storage.write("b", bytes("b"), { signal: controller.signal });
  const third = storage.write("c", bytes("c"));
  const reason = new Error("not wanted");
  controller.abort(reason);
  const error = await refusal(() => aborted, "Aborted");
  assertEquals(error.outcome, "not-applied");
  assertStrictEquals(error.cause, reason);
  assertEquals(keys(), ["a"]);
  waiting.shift()?.go();
  await first;
  await tick();
  assertEquals(keys(), ["c"]);
  waiting.shift()?.go();
  await third;
  assertEquals(await storage.stat("b"), null);
});

Deno.test("limited() counts a read until its body ended, was cancelled or was aborted", async () => {
  const memory = new MemoryAdapter();
  await memory.write("a", bytes("12345"));
  const storage = limited(memory, 1);
  const controller = new AbortController();
  const ends: readonly ((result: ReadResult) => unknown)[] = [
    textOf,
    ({ body }) => body.cancel(),
    () => controller.abort(),
  ];
  for (const end of ends) {
    const result = (await storage.read("a", { signal: controller.signal }))!;
    let answered = false;
    const stat = storage.stat("a").then(() => answered = true);
    await tick(2);
    assertEquals(answered, false);
    await end(result);
    await stat;
  }
  // Neither a missing object nor a failure keeps its place.
  await storage.read("missing");
  await storage.read("../a").catch(() => {});
  await storage.write("a", bytes("x"), { precondition: "absent" }).catch(() => {});
  assertEquals((await storage.stat("a"))?.size, 5);
});

Deno.test("limited() lets others in between two entries of a listing", async () => {
  const storage = limited(new MemoryAdapter(), 1);
  for (const key of ["a", "b", "c"]) await storage.write(key, bytes(key));
  const seen: string[] = [];
  for await (const { key } of storage.list()) {
    seen.push(await textOf(await storage.read(key)));
  }
  assertEquals(seen, ["a", "b", "c"]);
});

Deno.test("limited() refuses an invalid limit", () => {
  for (const concurrency of [0, -1, 1.5, NaN, Infinity]) {
    const says =
      `Cannot limit storage: "concurrency" is ${concurrency}; pass a whole number above 0`;
    assertThrows(() => limited(new MemoryAdapter(), concurrency), RangeError, says);
  }
});

function recording(adapter: StorageAdapter = new MemoryAdapter()) {
  const events: StorageEvent[] = [];
  const storage = observed(adapter, (event) => events.push(event));
  const seen = () =>
    events.splice(0).map(({ operation, key, bytes, error }) => [
      ...[operation, key, bytes],
      ...(error === undefined ? [] : [(error as StorageError).code ?? error]),
    ]);
  return { storage, events, seen };
}

Deno.test("observed() reports each operation once, with its bytes and its error", async () => {
  const { storage, events, seen } = recording();
  await storage.write("a", bytes("12345"));
  assert((events[0]?.ms ?? -1) >= 0);
  await storage.write("b", streamOf("123", "4"));
  await storage.append?.("a", bytes("67"), { at: 5 });
  await storage.stat("a");
  await storage.delete("b");
  await storage.read("missing");
  await keysOf(storage, { prefix: "a" });
  for await (const _ of storage.list()) break;
  await storage.write("a", bytes("x"), { precondition: "absent" }).catch(() => {});
  await storage.read("a", { ifVersion: "0" as ObjectVersion }).catch(() => {});
  await keysOf(storage, { limit: -1 }).catch(() => {});
  assertEquals(seen(), [
    ["write", "a", 5],
    ["write", "b", 4],
    ["append", "a", 2],
    ["stat", "a", 0],
    ["delete", "b", 0],
    ["read", "missing", 0],
    ["list", "a", 0],
    ["list", "", 0],
    ["write", "a", 1, "Conflict"],
    ["read", "a", 0, "Conflict"],
    ["list", "", 0, "InvalidArgument"],
  ]);
});

Deno.test("observed() reports a read when its body ends", async () => {
  const { storage, seen } = recording();
  await storage.write("a", new Uint8Array(200_000));
  seen();
  const whole = await storage.read("a");
  assertEquals(seen(), []);
  await textOf(whole);
  assertEquals(seen(), [["read", "a", 200_000]]);
  const left = (await storage.read("a", { range: { start: 0, end: 10 } }))!.body.getReader();
  await left.read();
  await left.cancel();
  assertEquals(seen(), [["read", "a", 10]]);
  const controller = new AbortController();
  const reason = "not wanted";
  await storage.read("a", { signal: controller.signal });
  controller.abort(reason);
  assertEquals(seen(), [["read", "a", 0, reason]]);
});

Deno.test("observed() is not disturbed by a hook that throws or rejects", async () => {
  const hooks: readonly ((event: StorageEvent) => void)[] = [
    () => {
      throw new Error("a hook that throws");
    },
    () => Promise.reject(new Error("a hook that rejects")),
  ];
  for (const hook of hooks) {
    const storage = observed(new MemoryAdapter(), hook);
    await storage.write("a", bytes("12345"));
    assertEquals(await textOf(await storage.read("a")), "12345");
    assertEquals(await keysOf(storage), ["a"]);
    await tick();
  }
});
