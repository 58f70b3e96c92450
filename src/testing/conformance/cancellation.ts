import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { OperationOptions, StorageAdapter } from "../../storage/storage_adapter.ts";
import type { StorageError } from "../../storage/storage_error.ts";
import { type Behaviour, type BehaviourContext, inGroup } from "./behaviour.ts";
import {
  assertMissing,
  assertRefused,
  assertStorageError,
  assertStored,
  drain,
  encode,
  find,
  get,
  getText,
  listAll,
  listKeys,
  putText,
  randomBytes,
  streamOf,
} from "./_harness.ts";
import { callsOf } from "./_calls.ts";
import { countedSignal } from "./counted_signal.ts";
import { heldBody, underWay } from "./_held_body.ts";
import { isShared } from "./_race.ts";

async function refusesAborted({ adapter }: BehaviourContext) {
  await putText(adapter, "present", "kept");
  const reasons = [
    ["Aborted", new Error("not wanted")],
    ["Aborted", new DOMException("not wanted", "AbortError")],
    ["TimedOut", new DOMException("too late", "TimeoutError")],
  ] as const;
  for (const [code, reason] of reasons) {
    const signal = AbortSignal.abort(reason);
    for (const key of ["present", "missing"]) {
      for (const { name, mutates, run } of callsOf(adapter)) {
        const error = await assertRefused(() => run(key, { signal }), {
          code,
          ...(mutates ? { outcome: "not-applied" } : {}),
          what: `an aborted ${name}`,
        });
        assertStrictEquals(error.cause, reason);
      }
    }
    const what = "an aborted list";
    await assertRefused(() => listAll(adapter, { signal }), { code, what });
  }
  await assertStored(adapter, "present", "kept");
  await assertMissing(adapter, "missing");
}

async function abortsABody({ adapter }: BehaviourContext) {
  const body = randomBytes(2_000_000);
  await adapter.write("a", body);
  for (const begin of [true, false]) {
    const controller = new AbortController();
    const result = await adapter.read("a", { signal: controller.signal });
    assert(result !== null);
    const reader = result.body.getReader();
    if (begin) await reader.read();
    const reason = new Error("not wanted");
    controller.abort(reason);
    reader.releaseLock();
    const error = await drain(result.body).then(
      () => undefined,
      (error: unknown) => error,
    );
    assertStrictEquals(error, reason, "An aborted body does not fail with the reason");
  }
  const controller = new AbortController();
  const found = await get(adapter, "a", { signal: controller.signal });
  controller.abort();
  assertEquals(found.bytes.length, body.length);
  await adapter.delete("a");
}

async function abortsAStream({ adapter }: BehaviourContext) {
  await putText(adapter, "old", "as before");
  for (const key of ["old", "new"]) {
    const controller = new AbortController();
    const { signal } = controller;
    const held = heldBody([randomBytes(300_000)]);
    const writing = adapter.write(key, held.stream, { signal });
    await underWay(held, writing);
    const reason = new Error("not wanted");
    controller.abort(reason);
    const error = await assertRefused(() => writing, {
      code: "Aborted",
      outcome: "not-applied",
      what: "a streamed write that was aborted",
    });
    assertStrictEquals(error.cause, reason);
  }
  await assertStored(adapter, "old", "as before");
  await assertMissing(adapter, "new");
  assertEquals(await listKeys(adapter), ["old"]);
}

/** Aborts a mutation after some turns. Returns its error, or `null` if it resolved nevertheless. */
async function abortSoon(
  run: (options: OperationOptions) => Promise<unknown>,
  turns: number,
): Promise<StorageError | null> {
  const controller = new AbortController();
  const running = run({ signal: controller.signal });
  for (let turn = 0; turn < turns; turn++) await Promise.resolve();
  controller.abort(new Error("not wanted"));
  try {
    await running;
    return null;
  } catch (error) {
    assertStorageError(error);
    assertEquals(error.code, "Aborted", error.message);
    assert(error.outcome !== undefined, "An aborted mutation has no outcome");
    return error;
  }
}

/** Asserts that the store agrees with the outcome that was reported. */
function assertReported(
  error: StorageError | null,
  [applied, what]: readonly [applied: boolean, what: string],
) {
  if (error === null) assert(applied, `${what} resolved and was not applied`);
  if (error?.outcome === "not-applied") {
    assert(!applied, `${what} was applied, but reported as not-applied`);
  }
}

async function reportsTheOutcome({ adapter }: BehaviourContext) {
  for (const { name, mutates, run } of callsOf(adapter)) {
    if (!mutates) continue;
    for (const turns of [0, 1, 2, 5, 20]) {
      // A separate key for each, because an aborted mutation may arrive while the next one is
      // tested.
      const key = `${name}-${turns}`;
      const prior = name === "create" || name === "append" ? null : "old";
      if (prior !== null) await putText(adapter, key, prior);
      const error = await abortSoon((options) => run(key, options), turns);
      const found = await find(adapter, key);
      const after = found && new TextDecoder().decode(found.bytes);
      const expected = name === "delete" ? null : "new";
      assert(
        after === prior || after === expected,
        `An aborted ${name} left ${JSON.stringify(after)}`,
      );
      assertReported(error, [after === expected, `An aborted ${name}`]);
    }
  }
}

async function abortsInAQueue({ adapter }: BehaviourContext) {
  await putText(adapter, "a", "start");
  const controller = new AbortController();
  const { signal } = controller;
  const queued = Array.from(
    { length: 20 },
    (_, i) => adapter.write("a", encode(`queued ${i}`), { signal }),
  );
  controller.abort(new Error("not wanted"));
  const results = await Promise.allSettled(queued);
  const last = await getText(adapter, "a");
  const possible = results.some(({ status }) => status === "fulfilled") ? [] : ["start"];
  for (const [i, result] of results.entries()) {
    if (result.status === "rejected") assertStorageError(result.reason);
    const refused = result.status === "rejected" &&
      result.reason.outcome === "not-applied";
    if (!refused) possible.push(`queued ${i}`);
  }
  assert(
    possible.includes(last),
    `"${last}" was written by a call that reported it as not-applied`,
  );
}

async function useOnce(adapter: StorageAdapter, signal: AbortSignal) {
  await adapter.write("a", encode("x"), { signal });
  await adapter.write("b", streamOf([encode("x")]), { signal });
  await adapter.append?.("b", encode("y"), { at: 1, signal });
  await adapter.stat("a", { signal });
  await get(adapter, "a", { signal });
  await (await adapter.read("a", { signal }))?.body.cancel();
  await adapter.read("missing", { signal });
  await listAll(adapter, { signal });
  for await (const _ of adapter.list({ signal })) break;
  await adapter.delete("b", { signal });
}

async function leavesNoListeners({ adapter }: BehaviourContext) {
  const { signal, listeners } = countedSignal();
  // Ten calls a round. The count is exact, so more rounds would not find more.
  for (let round = 0; round < 50; round++) await useOnce(adapter, signal);
  assertEquals(listeners(), 0, "Listeners were left on the signal");
}

async function abortsOnlyItsCall({ adapter }: BehaviourContext) {
  await Promise.all(Array.from({ length: 20 }, async (_, i) => {
    const key = `key-${i}`;
    const controller = new AbortController();
    const held = heldBody([encode("some")]);
    const writing = adapter.write(key, held.stream, {
      signal: controller.signal,
    });
    await underWay(held, writing);
    if (i % 2 === 0) {
      held.finish();
      await writing;
      return await assertStored(adapter, key, "some");
    }
    controller.abort();
    const what = "a write that was aborted";
    await assertRefused(() => writing, { code: "Aborted", what });
    await assertMissing(adapter, key);
  }));
}

async function staysDisposed({ adapter }: BehaviourContext) {
  await putText(adapter, "a", "x");
  const dispose = async () => await adapter[Symbol.asyncDispose]?.();
  if (adapter[Symbol.asyncDispose] === undefined) return;
  await dispose();
  await dispose();
  const code = ["InvalidArgument", "Unavailable", "Misconfigured"] as const;
  for (const { name, mutates, run } of callsOf(adapter)) {
    await assertRefused(() => run("a"), {
      code,
      ...(mutates ? { outcome: "not-applied" } : {}),
      what: `${name} after disposal`,
    });
  }
  const what = "list after disposal";
  await assertRefused(() => listAll(adapter), { code, what });
  await dispose();
}

async function isSharedAtOnce({ adapter, open, store }: BehaviourContext) {
  assert(store.second !== undefined, "The factory must return `second` for this behaviour");
  const [, other = adapter] = await open(2);
  for (const [one, two] of [[adapter, other], [other, adapter]] as const) {
    for (let i = 0; i < 20; i++) {
      await putText(one, "dir/a", `body ${i}`);
      await assertStored(two, "dir/a", `body ${i}`);
      assertEquals(await listKeys(two), ["dir/a"]);
      await one.append?.("dir/a", encode("!"), { at: `body ${i}`.length });
      if (one.append) await assertStored(two, "dir/a", `body ${i}!`);
      await one.delete("dir/a");
      await assertMissing(two, "dir/a");
    }
  }
}

/** Behaviours 115 to 123, except that of the retrying wrapper. */
export const cancellation: readonly Behaviour[] = inGroup(
  "Cancellation, time, life-cycle",
  [
    {
      number: 115,
      name: "An already aborted signal rejects every method before any effect",
      run: refusesAborted,
    },
    {
      number: 116,
      name: "A body fails with the reason if its read is aborted",
      run: abortsABody,
    },
    {
      number: 117,
      name: "A streamed write that is aborted leaves the old object unchanged",
      run: abortsAStream,
    },
    {
      number: 118,
      name: "An aborted mutation reports its outcome correctly",
      run: reportsTheOutcome,
    },
    {
      number: 119,
      name: "A mutation that is aborted in a queue never runs",
      run: abortsInAQueue,
    },
    {
      number: 120,
      name: "An abort affects only its own call, and leaves no listener on the signal",
      async run(context) {
        await abortsOnlyItsCall(context);
        await leavesNoListeners(context);
      },
    },
    {
      number: 122,
      name: "Disposal is idempotent, and calls after disposal reject",
      run: staysDisposed,
    },
    {
      number: 123,
      name: "Two instances over one store see each other's writes immediately",
      when: ({ create, swap, append }) => [create, swap, append].some(isShared),
      run: isSharedAtOnce,
    },
  ],
);
