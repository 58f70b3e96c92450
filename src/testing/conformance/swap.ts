import { assertEquals, assertLess, assertNotEquals } from "@std/assert";
import type { ObjectVersion, StorageAdapter } from "../../storage/storage_adapter.ts";
import { type Behaviour, type BehaviourContext, inGroup } from "./behaviour.ts";
import {
  assertConflict,
  assertMissing,
  assertRefused,
  assertStored,
  encode,
  getText,
  putText,
  streamOf,
} from "./_harness.ts";
import { heldBody, underWay } from "./_held_body.ts";
import { isShared, raceCalls, raceJobs, raceRounds, ROUNDS } from "./_race.ts";
import { attempt, increment, racerBody } from "./racer.ts";

/** Writes a text if the object still has a version. */
function swapText(
  adapter: StorageAdapter,
  key: string,
  [version, text]: readonly [version: ObjectVersion, text: string],
) {
  return adapter.write(key, encode(text), { precondition: { version } });
}

async function replacesCurrent({ adapter }: BehaviourContext) {
  const first = await putText(adapter, "a", "first");
  const second = await swapText(adapter, "a", [first.version, "second"]);
  assertNotEquals(second.version, first.version);
  await assertStored(adapter, "a", "second");
  const precondition = { version: second.version };
  const third = streamOf([encode("th"), encode("ird")]);
  await adapter.write("a", third, { precondition });
  await assertStored(adapter, "a", "third");
}

async function refusesStale({ adapter }: BehaviourContext) {
  const { version } = await putText(adapter, "a", "first");
  await putText(adapter, "a", "other");
  const swap = () => swapText(adapter, "a", [version, "third"]);
  await assertConflict(swap, "a swap of a stale version");
  await assertStored(adapter, "a", "other");
}

async function refusesOthers({ adapter }: BehaviourContext) {
  const { version } = await putText(adapter, "a", "one object");
  await putText(adapter, "b", "another object");
  const swap = () => swapText(adapter, "b", [version, "x"]);
  await assertConflict(swap, "a swap with another object's version");
  await assertStored(adapter, "b", "another object");
}

async function refusesMissing({ adapter }: BehaviourContext) {
  const { version } = await putText(adapter, "a", "x");
  const swap = (key: string) => () => swapText(adapter, key, [version, "y"]);
  await assertConflict(swap("missing"), "a swap of an object that never existed");
  await assertMissing(adapter, "missing");
  await adapter.delete("a");
  await assertConflict(swap("a"), "a swap of a deleted object");
  await assertMissing(adapter, "a");
}

async function hasOneWinner(context: BehaviourContext) {
  const { adapter } = context;
  const scope = adapter.capabilities.swap;
  const { version } = await putText(adapter, "a", "start");
  const winners = await raceCalls(
    context,
    scope,
    (instance, id) => instance.write("a", racerBody(id), { precondition: { version } }),
  );
  assertEquals(winners.length, 1, `Racers ${winners} won`);
  await assertStored(adapter, "a", racerBody(winners[0] ?? -1));
  if (!isShared(scope)) return;
  const versions: string[] = [];
  for (const key of ROUNDS) {
    versions.push((await putText(adapter, key, `start of ${key}`)).version);
  }
  await raceRounds(context, { kind: "swap", versions });
}

async function countsConcurrently({ adapter }: BehaviourContext) {
  await putText(adapter, "count", "0");
  await Promise.all(Array.from({ length: 5 }, async () => {
    for (let counted = 0, tries = 0; counted < 10; tries++) {
      assertLess(tries, 10_000, "Every increment is refused");
      if (await attempt(() => increment(adapter, "count"))) counted++;
    }
  }));
  assertEquals(await getText(adapter, "count"), "50");
}

async function countsInEightProcesses(context: BehaviourContext) {
  const { adapter, settings } = context;
  const times = settings.increments;
  await putText(adapter, "count", "0");
  const job = { kind: "increment", keys: ["count"], times } as const;
  const results = await raceJobs(context, job, 8);
  const won = results.reduce((sum, result) => sum + result.won.length, 0);
  assertEquals(won, 8 * times);
  assertEquals(await getText(adapter, "count"), `${8 * times}`);
}

/**
 * An unconditional write or deletion takes effect whichever call comes first. If the swap's body
 * remains, the swap was checked before the other call and committed after it.
 */
async function letsNothingBetween({ adapter, open }: BehaviourContext) {
  const { capabilities } = adapter;
  const instances = await open(isShared(capabilities.swap) ? 2 : 1);
  const other = instances.at(-1) ?? adapter;
  for (let round = 0; round < 40; round++) {
    const deletes = round % 2 === 0;
    const { version } = await putText(adapter, "a", `start ${round}`);
    const swap = swapText(adapter, "a", [version, `swapped ${round}`]);
    const rival = deletes ? other.delete("a") : putText(other, "a", `plain ${round}`);
    const [swapped, rivalled] = await Promise.allSettled([swap, rival]);
    if (swapped.status === "rejected") {
      await assertConflict(() => swap, "a swap that was overtaken");
    }
    assertEquals(rivalled.status, "fulfilled", `${deletes ? "delete" : "write"} failed`);
    if (deletes) await assertMissing(adapter, "a");
    else await assertStored(adapter, "a", `plain ${round}`);
  }
}

async function acceptsAChain({ adapter }: BehaviourContext) {
  let { version } = await putText(adapter, "a", "0");
  for (let i = 1; i <= 100; i++) {
    ({ version } = await swapText(adapter, "a", [version, `${i}`]));
  }
  assertEquals(await getText(adapter, "a"), "100");
}

async function streamsOnlyOverCurrent({ adapter }: BehaviourContext) {
  const { version } = await putText(adapter, "a", "first");
  const precondition = { version };
  const held = heldBody([encode("loser")]);
  const writing = adapter.write("a", held.stream, { precondition });
  await underWay(held, writing);
  await putText(adapter, "a", "second");
  held.finish();
  await assertConflict(() => writing, "a swap that was overtaken");
  await assertStored(adapter, "a", "second");
  const stale = streamOf([encode("loser")]);
  await assertConflict(
    () => adapter.write("a", stale, { precondition }),
    "a streamed swap of a stale version",
  );
  await assertStored(adapter, "a", "second");
}

async function refusesForeign({ adapter }: BehaviourContext) {
  const { version } = await putText(adapter, "a", "kept");
  const foreign = [
    "garbage",
    '"d41d8cd98f00b204e9800998ecf8427e"',
    "*",
    "",
    `${version} `,
    version.slice(0, -1),
    undefined,
  ] as ObjectVersion[];
  for (const version of foreign) {
    await assertRefused(() => swapText(adapter, "a", [version, "x"]), {
      code: ["Conflict", "InvalidArgument"],
      outcome: "not-applied",
      what: `a swap with the version ${JSON.stringify(version)}`,
    });
    await assertStored(adapter, "a", "kept");
  }
}

async function refusesSwaps({ adapter }: BehaviourContext) {
  const { version } = await putText(adapter, "present", "kept");
  const precondition = { version };
  for (const key of ["present", "missing"]) {
    for (const body of [encode("new"), streamOf([encode("new")])]) {
      await assertRefused(() => adapter.write(key, body, { precondition }), {
        code: "Unsupported",
        outcome: "not-applied",
        what: "a swap",
      });
    }
  }
  await assertMissing(adapter, "missing");
  await assertStored(adapter, "present", "kept");
}

const declared: readonly Behaviour[] = inGroup(
  "Compare and swap",
  [
    {
      number: 26,
      name: "write() with the current version replaces the object and returns a new version",
      run: replacesCurrent,
    },
    {
      number: 27,
      name: "write() with a stale version rejects with Conflict and changes nothing",
      run: refusesStale,
    },
    {
      number: 28,
      name: "write() with the version of another object rejects with Conflict",
      run: refusesOthers,
    },
    {
      number: 29,
      name: "write() with a version rejects with Conflict if the key is missing",
      run: refusesMissing,
    },
    {
      number: 30,
      name: "Of 16 concurrent swaps of one version, exactly one succeeds",
      run: hasOneWinner,
    },
    {
      number: 31,
      name: "5 workers that increment a number 10 times by swaps reach exactly 50",
      run: countsConcurrently,
    },
    {
      number: 32,
      name: "8 processes that increment a number by swaps lose no increment",
      when: ({ swap }) => isShared(swap),
      run: countsInEightProcesses,
    },
    {
      number: 33,
      name: "No other write happens between the check of a swap and its commit",
      run: letsNothingBetween,
    },
    {
      number: 34,
      name: "Each of 100 swaps accepts the version that the previous one returned",
      run: acceptsAChain,
    },
    {
      number: 35,
      name: "A streamed swap of a stale version leaves the object unchanged",
      run: streamsOnlyOverCurrent,
    },
    {
      number: 36,
      name: "A version from another store is refused, never ignored",
      run: refusesForeign,
    },
  ],
  ({ swap }) => swap !== "none",
);

const undeclared: readonly Behaviour[] = inGroup("Compare and swap", [{
  number: 37,
  name: "write() with a version rejects with Unsupported if swap is not declared",
  when: ({ swap }) => swap === "none",
  run: refusesSwaps,
}]);

/** Behaviours 26 to 37. */
export const swap: readonly Behaviour[] = [...declared, ...undeclared];
