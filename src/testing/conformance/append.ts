import { assert, assertEquals } from "@std/assert";
import type { ObjectInfo, StorageAdapter } from "../../storage/storage_adapter.ts";
import { type Behaviour, type BehaviourContext, inGroup } from "./behaviour.ts";
import {
  assertBytes,
  assertConflict,
  assertMissing,
  assertRefused,
  assertStored,
  concat,
  encode,
  find,
  pause,
  putText,
  randomBytes,
} from "./_harness.ts";
import { mixesNothing } from "./_append_race.ts";
import { isShared, raceCalls, raceRounds } from "./_race.ts";
import { racerBody } from "./racer.ts";

/** Appends through the optional method, which the capabilities declare. */
function append(
  adapter: StorageAdapter,
  key: string,
  [at, bytes]: readonly [at: number, bytes: Uint8Array | string],
): Promise<ObjectInfo> {
  assert(adapter.append !== undefined, "The adapter declares append but has no such method");
  const body = typeof bytes === "string" ? encode(bytes) : bytes;
  return adapter.append(key, body, { at });
}

async function extendsObject({ adapter }: BehaviourContext) {
  const parts = [randomBytes(10), randomBytes(100_000), randomBytes(1)];
  let size = 0;
  for (const [i, part] of parts.entries()) {
    const info = await append(adapter, "a", [size, part]);
    size += part.length;
    assertEquals([info.key, info.size], ["a", size]);
    assertEquals((await adapter.stat("a"))?.version, info.version);
    await assertStored(adapter, "a", concat(parts.slice(0, i + 1)));
  }
  await putText(adapter, "written", "head,");
  await append(adapter, "written", [5, "tail"]);
  await assertStored(adapter, "written", "head,tail");
}

async function refusesBelow({ adapter }: BehaviourContext) {
  await putText(adapter, "a", "12345");
  for (const at of [0, 1, 4]) {
    const below = () => append(adapter, "a", [at, "x"]);
    await assertConflict(below, `an append at ${at} to 5 bytes`);
    const nothing = () => append(adapter, "a", [at, ""]);
    await assertConflict(nothing, `an empty append at ${at} to 5 bytes`);
  }
  await assertStored(adapter, "a", "12345");
}

async function refusesAnotherVersion({ adapter }: BehaviourContext) {
  assert(adapter.append !== undefined, "The adapter declares append but has no such method");
  const old = await putText(adapter, "a", "12345");
  const edited = await putText(adapter, "a", "54321");
  const stale = () => adapter.append!("a", encode("x"), { at: 5, ifVersion: old.version });
  await assertConflict(stale, "an append to a version that was replaced");
  await assertStored(adapter, "a", "54321");
  const info = await adapter.append("a", encode("x"), { at: 5, ifVersion: edited.version });
  await adapter.append("a", encode("y"), { at: 6, ifVersion: info.version });
  await assertStored(adapter, "a", "54321xy");
}

async function refusesBeyond({ adapter }: BehaviourContext) {
  await putText(adapter, "a", "12345");
  for (const [key, at] of [["a", 6], ["a", 500], ["missing", 1]] as const) {
    const beyond = () => append(adapter, key, [at, "x"]);
    await assertConflict(beyond, `an append to ${key} at ${at}`);
  }
  await assertStored(adapter, "a", "12345");
  await assertMissing(adapter, "missing");
}

async function appendsNothing({ adapter }: BehaviourContext) {
  const before = await putText(adapter, "a", "12345");
  const info = await append(adapter, "a", [5, ""]);
  assertEquals([info.size, info.version], [5, before.version]);
  assertEquals((await adapter.stat("a"))?.version, before.version);
  await assertStored(adapter, "a", "12345");
}

async function hasOneWinner(context: BehaviourContext) {
  const { adapter } = context;
  const scope = adapter.capabilities.append;
  await putText(adapter, "a", "start;");
  const winners = await raceCalls(
    context,
    scope,
    (instance, id) => append(instance, "a", [6, racerBody(id)]),
  );
  assertEquals(winners.length, 1, `Appenders ${winners} won`);
  const winner = racerBody(winners[0] ?? -1);
  await assertStored(adapter, "a", concat([encode("start;"), winner]));
  if (!isShared(scope)) return;
  await raceRounds(context, { kind: "append", at: 0 });
}

async function refusesARepeat({ adapter }: BehaviourContext) {
  await append(adapter, "a", [0, "row 1\n"]);
  await append(adapter, "a", [6, "row 2\n"]);
  for (const [at, row] of [[0, "row 1\n"], [6, "row 2\n"]] as const) {
    const repeat = () => append(adapter, "a", [at, row]);
    await assertConflict(repeat, "an append that is sent again");
  }
  await assertStored(adapter, "a", "row 1\nrow 2\n");
}

async function showsWholeAppends(context: BehaviourContext) {
  const { adapter, open } = context;
  const instances = await open(
    isShared(adapter.capabilities.append) ? 2 : 1,
  );
  const reader = instances.at(-1) ?? adapter;
  const parts = Array.from({ length: 40 }, () => randomBytes(50_001));
  const whole = concat(parts);
  let pending = true;
  const appendAll = async () => {
    let at = 0;
    for (const part of parts) at = (await append(adapter, "a", [at, part])).size;
  };
  const appending = appendAll().finally(() => pending = false);
  // The test reports what a reader saw before it reports an error of the appends.
  appending.catch(() => {});
  while (pending) {
    const found = await find(reader, "a");
    const { length } = found?.bytes ?? [];
    assertEquals(length % 50_001, 0, `A reader saw ${length} bytes`);
    assertEquals(found?.info.size ?? 0, length, "info.size differs from the length of the body");
    if (found) assertBytes(found.bytes, whole.subarray(0, length));
    await pause();
  }
  await appending;
  await assertStored(adapter, "a", whole);
}

async function keepsMetadataOrNone({ adapter }: BehaviourContext) {
  if (!adapter.capabilities.metadata) return;
  const kept = { contentType: "text/csv", metadata: { made: "here" } };
  await adapter.write("a", encode("row 1\n"), kept);
  await append(adapter, "a", [6, "row 2\n"]);
  const info = await adapter.stat("a");
  if (info?.contentType === undefined && info?.metadata === undefined) return;
  assertEquals(info?.contentType, kept.contentType);
  assertEquals<unknown>({ ...info?.metadata }, kept.metadata);
}

async function makesVersionsStale({ adapter }: BehaviourContext) {
  const { version } = await putText(adapter, "a", "row 1\n");
  const appended = await append(adapter, "a", [6, "row 2\n"]);
  const swap = (version: ObjectInfo["version"]) =>
    adapter.write("a", encode("swapped"), { precondition: { version } });
  const stale = () => swap(version);
  await assertConflict(stale, "a swap of the version before an append");
  await assertStored(adapter, "a", "row 1\nrow 2\n");
  await swap(appended.version);
  await assertStored(adapter, "a", "swapped");
}

async function cutsTheEnd({ adapter }: BehaviourContext) {
  const cut = (bytes: string, at: number, ifVersion: ObjectInfo["version"] | undefined) =>
    adapter.append!("a", encode(bytes), { at, ifVersion, cut: true });
  const old = await putText(adapter, "a", "row 1\ntor");
  // A new end that is shorter, as long, longer, and empty.
  let { version } = old;
  const seen: ObjectInfo["version"][] = [version];
  for (const end of ["r", "row", "longer\n", ""]) {
    const info = await cut(end, 6, version);
    assertEquals([info.key, info.size], ["a", 6 + end.length]);
    await assertStored(adapter, "a", `row 1\n${end}`);
    assertEquals((await adapter.stat("a"))?.version, info.version);
    assertUnused(adapter, seen, info.version);
    seen.push(info.version);
    version = info.version;
  }
  const stale = () => cut("x", 6, old.version);
  await assertConflict(stale, "a cut of a version that was replaced");
  const beyond = () => cut("x", 7, version);
  await assertConflict(beyond, "a cut beyond the end");
  const missing = () => adapter.append!("b", encode("x"), { at: 0, ifVersion: version, cut: true });
  await assertConflict(missing, "a cut of a missing object");
  const careless = () => cut("x", 6, undefined);
  await assertRefused(careless, {
    code: "InvalidArgument",
    outcome: "not-applied",
    what: "a cut without a version",
  });
  await assertStored(adapter, "a", "row 1\n");
  await append(adapter, "a", [6, "row 2\n"]);
  await assertStored(adapter, "a", "row 1\nrow 2\n");
  await assertMissing(adapter, "b");
}

function assertUnused(
  { capabilities }: StorageAdapter,
  seen: readonly ObjectInfo["version"][],
  version: ObjectInfo["version"],
) {
  if (capabilities.versions === "unique") assert(!seen.includes(version), "A version recurred");
}

async function refusesToCut({ adapter }: BehaviourContext) {
  const { version } = await putText(adapter, "a", "12345");
  const cut = () => adapter.append!("a", encode("x"), { at: 3, ifVersion: version, cut: true });
  await assertRefused(cut, { code: "Unsupported", outcome: "not-applied", what: "a cut" });
  await assertStored(adapter, "a", "12345");
}

const declared: readonly Behaviour[] = inGroup(
  "Append",
  [
    {
      number: 38,
      name: "append() at offset 0 creates a missing object",
      async run({ adapter }) {
        const info = await append(adapter, "a/b", [0, "row 1\n"]);
        assertEquals([info.key, info.size], ["a/b", 6]);
        await assertStored(adapter, "a/b", "row 1\n");
      },
    },
    {
      number: 39,
      name: "append() at the end extends the object and leaves the earlier bytes unchanged",
      run: extendsObject,
    },
    {
      number: 40,
      name: "append() before the end rejects with Conflict and writes nothing",
      run: refusesBelow,
    },
    {
      number: 41,
      name: "append() past the end rejects with Conflict and writes nothing",
      run: refusesBeyond,
    },
    {
      number: 139,
      name: "append() rejects with Conflict if the object has another version of the same size",
      run: refusesAnotherVersion,
    },
    {
      number: 42,
      name: "append() of no bytes changes nothing",
      run: appendsNothing,
    },
    {
      number: 43,
      name: "Of 16 concurrent appends at one offset, exactly one succeeds",
      run: hasOneWinner,
    },
    {
      number: 44,
      name: "append() rejects with Conflict if the same append is repeated",
      run: refusesARepeat,
    },
    {
      number: 45,
      name: "A concurrent reader sees only whole appends, and the matching size",
      run: showsWholeAppends,
    },
    {
      number: 48,
      name: "append() keeps the content type and the metadata, or drops both",
      run: keepsMetadataOrNone,
    },
    {
      number: 49,
      name: "write() rejects with Conflict if an append has changed the version",
      when: ({ append, swap }) => append !== "none" && swap !== "none",
      run: makesVersionsStale,
    },
    {
      number: 135,
      name: "Writes and deletions without a condition race appends, and no reader sees a mixture",
      run: mixesNothing,
    },
    {
      number: 140,
      name: "append() with cut replaces the end of the version that it names, and of no other",
      when: ({ append, cut }) => append !== "none" && cut === true,
      run: cutsTheEnd,
    },
    {
      number: 141,
      name: "append() refuses cut if it is not declared",
      when: ({ append, cut }) => append !== "none" && cut !== true,
      run: refusesToCut,
    },
  ],
  (capabilities) => capabilities.append !== "none",
);

const undeclared: readonly Behaviour[] = inGroup("Append", [{
  number: 50,
  name: "An adapter that does not declare append has no append()",
  when: (capabilities) => capabilities.append === "none",
  // deno-lint-ignore require-await -- a failed assertion must be a rejection
  async run({ adapter }) {
    assertEquals(adapter.append, undefined);
  },
}]);

/** Behaviours 38 to 50, without those that need a full disk or a killed process; 135 and 139 to 141. */
export const appends: readonly Behaviour[] = [...declared, ...undeclared];
