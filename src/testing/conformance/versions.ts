import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { type Behaviour, type BehaviourContext, inGroup } from "./behaviour.ts";
import { assertBytes, assertRefused, encode, get, listAll, putText } from "./_harness.ts";

async function agreeOnTheVersion({ adapter }: BehaviourContext) {
  const { version } = await putText(adapter, "a", "first");
  assert(typeof version === "string" && version !== "");
  await putText(adapter, "b", "another object");
  const [listed] = await listAll(adapter);
  const seen = [
    (await adapter.stat("a"))?.version,
    (await get(adapter, "a")).info.version,
    listed?.version,
    (await adapter.stat("a"))?.version,
  ];
  assertEquals(seen, [version, version, version, version]);
  const next = await putText(adapter, "a", "other");
  assertNotEquals(next.version, version);
}

async function neverRepeatAVersion({ adapter, settings }: BehaviourContext) {
  const { overwrites } = settings;
  const seen = new Set<string>();
  for (let i = 0; i < overwrites; i++) {
    const body = encode(`${i}`.padStart(8, "0"));
    seen.add((await adapter.write("a", body)).version);
  }
  assertEquals(seen.size, overwrites, "A version recurred");
}

async function forgetOldVersions({ adapter }: BehaviourContext) {
  const { capabilities } = adapter;
  const again = capabilities.versions === "unique" ? "first" : "again";
  const { version } = await putText(adapter, "a", "first");
  await adapter.delete("a");
  const recreated = await putText(adapter, "a", again);
  assertNotEquals(recreated.version, version);
  const code = "Conflict";
  await assertRefused(() => adapter.read("a", { ifVersion: version }), {
    code,
    what: "a read of the deleted version",
  });
  if (capabilities.swap === "none") return;
  const precondition = { version };
  await assertRefused(() => adapter.write("a", encode("x"), { precondition }), {
    code,
    outcome: "not-applied",
    what: "a swap of the deleted version",
  });
}

async function readAVersion({ adapter }: BehaviourContext) {
  const first = await putText(adapter, "a", "first");
  const ifVersion = first.version;
  const range = { start: 1, end: 3 };
  const whole = await get(adapter, "a", { ifVersion });
  assertBytes(whole.bytes, encode("first"));
  const part = await get(adapter, "a", { ifVersion, range });
  assertBytes(part.bytes, encode("ir"));
  await putText(adapter, "a", "other");
  for (const options of [{ ifVersion }, { ifVersion, range }]) {
    await assertRefused(() => adapter.read("a", options), {
      code: "Conflict",
      what: "a read of a stale version",
    });
  }
}

/** Behaviours 13 to 17. */
export const versions: readonly Behaviour[] = inGroup("Versions", [
  {
    number: 13,
    name: "A version is a string that stays the same until the object changes",
    run: agreeOnTheVersion,
  },
  {
    number: 14,
    name: "Every overwrite with a body of the same size returns a new version",
    when: (capabilities) => capabilities.versions === "unique",
    run: neverRepeatAVersion,
  },
  {
    number: 15,
    name: "An overwrite with equal bytes also changes the version",
    when: (capabilities) => capabilities.versions === "unique",
    async run({ adapter }) {
      const first = await putText(adapter, "a", "same");
      const second = await putText(adapter, "a", "same");
      assertNotEquals(second.version, first.version);
    },
  },
  {
    number: 16,
    name: "A version from before a deletion no longer matches",
    run: forgetOldVersions,
  },
  {
    number: 17,
    name: "read() with ifVersion returns that version or rejects",
    run: readAVersion,
  },
]);
