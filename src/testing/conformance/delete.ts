import { assertEquals, assertNotEquals } from "@std/assert";
import { type Behaviour, type BehaviourContext, inGroup } from "./behaviour.ts";
import { assertMissing, assertStored, listKeys, putText } from "./_harness.ts";
import { isShared } from "./_race.ts";

/** Returns two instances, which are the same one if no scope extends beyond this process. */
async function rivals({ adapter, open }: BehaviourContext) {
  const { create, swap, append } = adapter.capabilities;
  const instances = await open([create, swap, append].some(isShared) ? 2 : 1);
  return [adapter, instances.at(-1) ?? adapter] as const;
}

async function deletesConcurrently(context: BehaviourContext) {
  const [one, other] = await rivals(context);
  await putText(one, "a/b", "x");
  await Promise.all(
    Array.from(
      { length: 20 },
      (_, i) => (i % 2 === 0 ? one : other).delete("a/b"),
    ),
  );
  await assertMissing(one, "a/b");
}

async function writesInADirectoryThatIsEmptied(context: BehaviourContext) {
  const [one, other] = await rivals(context);
  for (let round = 0; round < 50; round++) {
    const [old, fresh] = [`dir-${round}/sub/old`, `dir-${round}/sub/new`];
    await putText(one, old, "x");
    await Promise.all([one.delete(old), putText(other, fresh, "y")]);
    await assertMissing(one, old);
    await assertStored(one, fresh, "y");
  }
}

/** Behaviours 74 to 79. */
export const deletes: readonly Behaviour[] = inGroup("Delete", [
  {
    number: 74,
    name: "stat(), read() and list() do not find a deleted object",
    async run({ adapter }) {
      await putText(adapter, "a/b", "x");
      await putText(adapter, "a/c", "x");
      assertEquals(await adapter.delete("a/b"), undefined);
      await assertMissing(adapter, "a/b");
      assertEquals(await listKeys(adapter), ["a/c"]);
    },
  },
  {
    number: 75,
    name: "delete() resolves for a missing key",
    async run({ adapter }) {
      for (const key of ["a", "a/b/c"]) {
        assertEquals(await adapter.delete(key), undefined);
      }
      await putText(adapter, "a/b", "x");
      await adapter.delete("a/b");
      await adapter.delete("a/b");
      await adapter.delete("a");
    },
  },
  {
    number: 76,
    name: 'delete() of "a" leaves "a/b" and "ab"',
    async run({ adapter }) {
      await putText(adapter, "a/b", "x");
      await putText(adapter, "ab", "y");
      await adapter.delete("a");
      assertEquals(await listKeys(adapter), ["a/b", "ab"]);
      await assertStored(adapter, "a/b", "x");
      await assertStored(adapter, "ab", "y");
    },
  },
  {
    number: 77,
    name: "An object that is deleted and created again has a new version",
    async run({ adapter }) {
      const unique = adapter.capabilities.versions === "unique";
      const first = await putText(adapter, "a", "x");
      await adapter.delete("a");
      const second = await putText(adapter, "a", unique ? "x" : "y");
      assertNotEquals(second.version, first.version);
      assertEquals((await adapter.stat("a"))?.version, second.version);
    },
  },
  {
    number: 78,
    name: "20 concurrent deletions of one key all resolve",
    run: deletesConcurrently,
  },
  {
    number: 79,
    name: "delete() of the last object in a directory does not break a concurrent write there",
    run: writesInADirectoryThatIsEmptied,
  },
]);
