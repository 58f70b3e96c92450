import { assert, assertEquals, assertLess, assertStrictEquals } from "@std/assert";
import type { OperationOptions, StorageAdapter } from "../../storage/storage_adapter.ts";
import { type Behaviour, type BehaviourContext, inGroup, type Silence } from "./behaviour.ts";
import { callsOf } from "./_calls.ts";
import { countedSignal } from "./counted_signal.ts";
import {
  assertRefused,
  assertStorageError,
  assertStored,
  encode,
  listAll,
  listKeys,
  pause,
  putText,
} from "./_harness.ts";

const KEY = "silent/a";
/** The milliseconds after which a call waits for its answer. */
const UNDER_WAY_MS = 50;
/** The milliseconds that a call may take longer than its deadline on a busy machine. */
const SLACK_MS = 5000;
const OF_EACH = 4;

/** Runs a test while the store answers nothing. */
async function inSilence(
  { store }: BehaviourContext,
  test: (silence: Silence) => Promise<void>,
): Promise<void> {
  const silence = store.silence!();
  const { adapter } = silence;
  try {
    await putText(adapter, KEY, "old");
    const end = await silence.begin(KEY);
    try {
      await test(silence);
    } finally {
      await end();
    }
    await adapter.write(KEY, encode("after"));
    await assertStored(adapter, KEY, "after");
    await adapter.delete(KEY);
  } finally {
    await adapter[Symbol.asyncDispose]?.();
  }
}

/** Every call that changes nothing. */
function looks(
  adapter: StorageAdapter,
): Readonly<Record<string, (options: OperationOptions) => Promise<unknown>>> {
  return {
    stat: (options) => adapter.stat(KEY, options),
    read: (options) => adapter.read(KEY, options),
    list: (options) => listAll(adapter, options),
  };
}

async function endsWithTheSignal(context: BehaviourContext): Promise<void> {
  await inSilence(context, async ({ adapter }) => {
    for (const [name, look] of Object.entries(looks(adapter))) {
      const controller = new AbortController();
      const running = look({ signal: controller.signal });
      running.catch(() => {});
      await pause(UNDER_WAY_MS);
      const reason = new Error("not wanted");
      controller.abort(reason);
      const what = `a ${name} that waited when it was aborted`;
      const error = await assertRefused(() => running, { code: "Aborted", what });
      assertStrictEquals(error.cause, reason);
    }
  });
}

/** Frees the result of a read that was answered nevertheless. */
async function drop(result: unknown): Promise<void> {
  await (result as { body?: ReadableStream } | null | undefined)?.body?.cancel();
}

async function endsByItself(context: BehaviourContext): Promise<void> {
  const { signal, listeners } = countedSignal();
  await inSilence(context, async ({ adapter, deadlineMs }) => {
    const began = performance.now();
    const calls = Array.from({ length: OF_EACH }, () => [
      ...callsOf(adapter),
      { name: "list", mutates: false, run: () => listKeys(adapter, { signal }) },
    ]).flat();
    const results = await Promise.allSettled(calls.map(({ run }) => run(KEY, { signal })));
    assertLess(performance.now() - began, 2 * deadlineMs + SLACK_MS);
    for (const [i, { name, mutates }] of calls.entries()) {
      const result = results[i]!;
      if (result.status === "fulfilled") {
        // A store may answer a look in another way, such as without a lock.
        assert(!mutates, `A ${name} was acknowledged by a store that answers nothing`);
        await drop(result.value);
        continue;
      }
      assertStorageError(result.reason);
      const { code, outcome } = result.reason;
      assertEquals(code, "TimedOut", `A ${name} without an answer: ${result.reason.message}`);
      assertEquals(outcome !== undefined, mutates, `The outcome of a ${name} without an answer`);
    }
  });
  assertEquals(listeners(), 0, "Listeners were left on the signal");
}

/** Behaviours 136 and 137. */
export const waiting: readonly Behaviour[] = inGroup(
  "Cancellation, time, life-cycle",
  [
    {
      number: 136,
      name: "A look that waits for a lock or an answer ends when its signal is aborted",
      run: endsWithTheSignal,
    },
    {
      number: 137,
      name:
        "A call without an answer rejects within the adapter's deadline, and frees what it holds",
      run: endsByItself,
    },
  ],
  (_, { silence }) => silence !== undefined,
);
