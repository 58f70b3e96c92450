import { assert, assertEquals } from "@std/assert";
import type { StorageAdapter, WriteOptions } from "../../storage/storage_adapter.ts";
import { type Behaviour, type BehaviourContext, inGroup } from "./behaviour.ts";
import {
  assertBytes,
  assertConflict,
  assertMissing,
  assertRefused,
  assertStored,
  chunksOf,
  encode,
  find,
  pause,
  putText,
  randomBytes,
  streamOf,
} from "./_harness.ts";
import { heldBody, underWay } from "./_held_body.ts";
import { isShared, raceCalls, raceRounds } from "./_race.ts";
import { racerBody } from "./racer.ts";

const absent: WriteOptions = { precondition: "absent" };

async function hasOneWinner(context: BehaviourContext) {
  const { adapter } = context;
  const scope = adapter.capabilities.create;
  const winners = await raceCalls(
    context,
    scope,
    (instance, id) => instance.write("a", racerBody(id), absent),
  );
  assertEquals(winners.length, 1, `Creators ${winners} won`);
  await assertStored(adapter, "a", racerBody(winners[0] ?? -1));
  if (!isShared(scope)) return;
  await raceRounds(context, { kind: "create" });
}

/** Returns a stream that waits before every chunk, so that readers can run. */
function slowly(chunks: Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      await pause();
      const chunk = chunks.shift();
      if (chunk === undefined) controller.close();
      else controller.enqueue(chunk);
    },
  }, { highWaterMark: 0 });
}

async function readsNullOrAll(adapter: StorageAdapter, streamed: boolean) {
  const body = randomBytes(1024 * 1024);
  let pending = true;
  const source = streamed ? slowly(chunksOf(body, 50_000)) : body;
  const writing = adapter.write("a", source, absent)
    .finally(() => pending = false);
  // The test reports what a reader saw before it reports an error of the write.
  writing.catch(() => {});
  while (pending) {
    const found = await find(adapter, "a");
    if (found !== null) assertBytes(found.bytes, body, "The body that a reader saw");
    await pause();
  }
  await writing;
  await assertStored(adapter, "a", body);
  await adapter.delete("a");
}

async function checksAtCommit({ adapter }: BehaviourContext) {
  await adapter.write("fresh", streamOf([encode("a"), encode("b")]), absent);
  await assertStored(adapter, "fresh", "ab");
  await assertConflict(
    () => adapter.write("fresh", streamOf([encode("loser")]), absent),
    "a streamed creation of an existing object",
  );
  await assertStored(adapter, "fresh", "ab");

  const held = heldBody([encode("loser")]);
  const writing = adapter.write("late", held.stream, absent);
  await underWay(held, writing);
  await putText(adapter, "late", "winner");
  held.finish();
  await assertConflict(() => writing, "a creation that was overtaken");
  await assertStored(adapter, "late", "winner");
}

async function refusesCreation({ adapter }: BehaviourContext) {
  await putText(adapter, "present", "kept");
  for (const key of ["present", "missing"]) {
    for (const body of [encode("new"), streamOf([encode("new")])]) {
      await assertRefused(() => adapter.write(key, body, absent), {
        code: "Unsupported",
        outcome: "not-applied",
        what: "a creation",
      });
    }
  }
  await assertMissing(adapter, "missing");
  await assertStored(adapter, "present", "kept");
}

const declared: readonly Behaviour[] = inGroup(
  "Create if absent",
  [
    {
      number: 18,
      name: 'write() with "absent" creates a missing object and returns its version',
      async run({ adapter }) {
        const { version } = await adapter.write("a", encode("x"), absent);
        assert(typeof version === "string" && version !== "");
        assertEquals((await adapter.stat("a"))?.version, version);
        await assertStored(adapter, "a", "x");
      },
    },
    {
      number: 19,
      name: 'write() with "absent" rejects with Conflict if the key exists',
      async run({ adapter }) {
        await putText(adapter, "a", "x");
        const again = () => adapter.write("a", encode("y"), absent);
        await assertConflict(again, "a second creation");
      },
    },
    {
      number: 20,
      name: "A failed creation does not change the existing object",
      async run({ adapter }) {
        const { version } = await adapter.write("a", encode("winner"), absent);
        const again = () => adapter.write("a", encode("loser"), absent);
        await assertConflict(again, "a second creation");
        await assertStored(adapter, "a", "winner");
        assertEquals((await adapter.stat("a"))?.version, version);
      },
    },
    {
      number: 21,
      name: "Of 16 concurrent creations of one key, exactly one succeeds",
      run: hasOneWinner,
    },
    {
      number: 22,
      name: "A concurrent reader sees null or the whole body, never a part of it",
      async run({ adapter }) {
        await readsNullOrAll(adapter, false);
        await readsNullOrAll(adapter, true);
      },
    },
    {
      number: 23,
      name: "A streamed creation checks its precondition when it commits",
      run: checksAtCommit,
    },
    {
      number: 24,
      name: 'write() with "absent" succeeds again after delete()',
      async run({ adapter }) {
        await adapter.write("a", encode("first"), absent);
        await adapter.delete("a");
        await adapter.write("a", encode("second"), absent);
        await assertStored(adapter, "a", "second");
      },
    },
  ],
  (capabilities) => capabilities.create !== "none",
);

const undeclared: readonly Behaviour[] = inGroup("Create if absent", [{
  number: 25,
  name: 'write() with "absent" rejects with Unsupported if create is not declared',
  when: (capabilities) => capabilities.create === "none",
  run: refusesCreation,
}]);

/** Behaviours 18 to 25. */
export const create: readonly Behaviour[] = [...declared, ...undeclared];
