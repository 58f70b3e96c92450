import { assert, assertEquals, assertNotEquals, assertStrictEquals } from "@std/assert";
import { compareKeys } from "../../storage/validate_key.ts";
import type { StorageAdapter } from "../../storage/storage_adapter.ts";
import { type Behaviour, type BehaviourContext, inGroup } from "./behaviour.ts";
import {
  assertRefused,
  encode,
  forEachNumber,
  listAll,
  listKeys,
  putText,
  randomBytes,
  streamOf,
} from "./_harness.ts";
import { heldBody, underWay } from "./_held_body.ts";

const MANY = 1005;

async function putAll(adapter: StorageAdapter, keys: readonly string[]) {
  await forEachNumber(keys.length, async (n) => {
    const key = keys[n] ?? "";
    await putText(adapter, key, key);
  });
}

/** Returns the keys `<prefix>0000`, `<prefix>0001` and so on. */
function numbered(prefix: string, count: number): string[] {
  return Array.from(
    { length: count },
    (_, i) => `${prefix}${`${i}`.padStart(4, "0")}`,
  );
}

async function listsNothing({ adapter }: BehaviourContext) {
  assertEquals(await listKeys(adapter), []);
  assertEquals(await listKeys(adapter, { prefix: "a/" }), []);
  await putText(adapter, "a", "x");
  for (const prefix of ["a/", "b", "aa", "a/b/c", "A"]) {
    assertEquals(await listKeys(adapter, { prefix }), [], prefix);
  }
  await adapter.delete("a");
  assertEquals(await listKeys(adapter), []);
}

async function takesAPlainPrefix({ adapter }: BehaviourContext) {
  await putAll(adapter, ["a-", "b/c/d", "b/cd", "b/c-d", "bc", "ab", "aa/b"]);
  const cases: readonly (readonly [prefix: string, keys: string[]])[] = [
    ["a", ["a-", "aa/b", "ab"]],
    ["aa/", ["aa/b"]],
    ["b", ["b/c-d", "b/c/d", "b/cd", "bc"]],
    ["b/c", ["b/c-d", "b/c/d", "b/cd"]],
    ["b/c/", ["b/c/d"]],
    ["b/c/d", ["b/c/d"]],
    ["b/c/d/", []],
    ["/", []],
    ["../", []],
  ];
  for (const [prefix, keys] of cases) {
    assertEquals(await listKeys(adapter, { prefix }), keys, `prefix ${prefix}`);
  }
}

async function includesItself({ adapter }: BehaviourContext) {
  // A file system cannot hold "a" and "a/b" at once, so they are tested one after the other.
  await putAll(adapter, ["a", "ab"]);
  assertEquals(await listKeys(adapter, { prefix: "a" }), ["a", "ab"]);
  assertEquals(await listKeys(adapter, { prefix: "a/" }), []);
  await adapter.delete("a");
  await putText(adapter, "a/b", "x");
  assertEquals(await listKeys(adapter, { prefix: "a" }), ["a/b", "ab"]);
  assertEquals(await listKeys(adapter, { prefix: "a/" }), ["a/b"]);
}

async function sortsByBytes({ adapter }: BehaviourContext) {
  const sorted = ["a", "\u00e9", "\ue000", "\u{1f30d}"];
  assertNotEquals([...sorted].sort(), sorted, "The keys do not distinguish the two orders");
  for (const prefix of ["", "in/"]) {
    const keys = sorted.map((key) => prefix + key);
    await putAll(adapter, keys.toReversed());
    const found = await listKeys(adapter, { prefix });
    assertEquals(found.filter((key) => keys.includes(key)), keys);
  }
  const after = "\ue000";
  assertEquals(await listKeys(adapter, { after }), ["\u{1f30d}"]);
}

async function sortsPathsByBytes({ adapter }: BehaviourContext) {
  const keys = ["a b", "a-b", "a-c/d", "a.b", "a/b", "a/b-c", "a/c", "a0"];
  await putAll(adapter, keys.toReversed());
  assertEquals(await listKeys(adapter), [...keys].sort(compareKeys));
}

async function startsAfter({ adapter }: BehaviourContext) {
  const keys = ["a", "b", "c/d", "c/e", "d"];
  await putAll(adapter, keys);
  for (const [i, after] of keys.entries()) {
    assertEquals(await listKeys(adapter, { after }), keys.slice(i + 1), after);
  }
  assertEquals(await listKeys(adapter, { after: "" }), keys);
  const within = { prefix: "c/", after: "c/d" };
  assertEquals(await listKeys(adapter, within), ["c/e"]);
}

async function startsAnywhere({ adapter }: BehaviourContext) {
  await putAll(adapter, ["a", "b", "c/d", "c/e", "d"]);
  await adapter.delete("b");
  const cases = [
    [{ after: "b" }, ["c/d", "c/e", "d"]],
    [{ after: "0" }, ["a", "c/d", "c/e", "d"]],
    [{ after: "zz" }, []],
    [{ after: "c" }, ["c/d", "c/e", "d"]],
    [{ after: "c/" }, ["c/d", "c/e", "d"]],
    [{ after: "c/dd" }, ["c/e", "d"]],
    [{ prefix: "c/", after: "a" }, ["c/d", "c/e"]],
    [{ prefix: "c/", after: "d" }, []],
  ] as const;
  for (const [options, keys] of cases) {
    assertEquals(await listKeys(adapter, options), [...keys], `${Object.entries(options)}`);
  }
}

async function limits({ adapter }: BehaviourContext) {
  await putAll(adapter, ["a", "b/c", "b/d", "c"]);
  const cases = [
    [{ limit: 0 }, []],
    [{ limit: 1 }, ["a"]],
    [{ limit: 3 }, ["a", "b/c", "b/d"]],
    [{ limit: 99 }, ["a", "b/c", "b/d", "c"]],
    [{ limit: 2, after: "a" }, ["b/c", "b/d"]],
    [{ limit: 1, prefix: "b/" }, ["b/c"]],
    [{ limit: 1, prefix: "b/", after: "b/c" }, ["b/d"]],
    [{ limit: 0, after: "a" }, []],
  ] as const;
  for (const [options, keys] of cases) {
    assertEquals(await listKeys(adapter, options), [...keys], `${Object.entries(options)}`);
  }
}

async function listsManyPages({ adapter }: BehaviourContext) {
  const keys = numbered("many/", MANY);
  await putAll(adapter, keys);
  assertEquals(await listKeys(adapter), keys);
  assertEquals((await listKeys(adapter, { limit: 1002 })).length, 1002);
  const paged: string[] = [];
  // A fixed number of pages, because a listing that includes "after" would never end.
  for (let page = 0; page < 5; page++) {
    paged.push(...await listKeys(adapter, { after: paged.at(-1), limit: 300 }));
  }
  assertEquals(paged, keys);
}

async function describesEach({ adapter }: BehaviourContext) {
  await putAll(adapter, ["a", "b/c", "b/long"]);
  for (const { key, size, version } of await listAll(adapter)) {
    const stat = await adapter.stat(key);
    const found = { key: stat?.key, size: stat?.size, version: stat?.version };
    assertEquals<unknown>({ key, size, version }, found);
    assertEquals(size, encode(key).length);
  }
}

async function canBeStopped({ adapter }: BehaviourContext) {
  await putAll(adapter, numbered("dir/sub/", 50));
  for (const stop of [1, 2, 49]) {
    let seen = 0;
    for await (const _ of adapter.list()) if (++seen === stop) break;
  }
  const never = adapter.list()[Symbol.asyncIterator]();
  await never.return?.();
  assertEquals((await listKeys(adapter)).length, 50);
}

async function skipsTheDeleted({ adapter }: BehaviourContext) {
  const keys = numbered("dir/", 50);
  await putAll(adapter, keys);
  const seen: string[] = [];
  for await (const { key } of adapter.list()) {
    if (seen.push(key) !== 1) continue;
    for (const gone of keys.slice(10, 40)) await adapter.delete(gone);
  }
  const there = [...keys.slice(0, 10), ...keys.slice(40)];
  assertEquals(seen.filter((key) => there.includes(key)), there);
  assertEquals(seen.filter((key) => !keys.includes(key)), []);
}

async function listsWhatStays({ adapter }: BehaviourContext) {
  const stay = numbered("stay/", 200);
  await putAll(adapter, stay);
  const seen: string[] = [];
  for await (const { key } of adapter.list()) {
    if (key.startsWith("stay/")) seen.push(key);
    const n = seen.length;
    // Before, between and after the keys that stay, and in directories that come and go.
    for (const other of ["a", `stay/0100-${n}`, `z/${n}`]) {
      if (n % 10 === 0) await putText(adapter, other, "x");
      if (n % 10 === 5) await adapter.delete(other.replace(`${n}`, `${n - 5}`));
    }
  }
  assertEquals(seen.filter((key) => stay.includes(key)), stay);
}

async function hidesItsOwn({ adapter }: BehaviourContext) {
  await putText(adapter, "dir/a", "x");
  const held = heldBody([randomBytes(200_000)]);
  const writing = adapter.write("dir/b", held.stream);
  await underWay(held, writing);
  for (const prefix of ["", "dir/", "dir/.", "."]) {
    const keys = "dir/a".startsWith(prefix) ? ["dir/a"] : [];
    assertEquals(await listKeys(adapter, { prefix }), keys, prefix);
  }
  held.fail(new Error("the source broke"));
  await writing.catch(() => {});
  await adapter.write("dir/c", streamOf([encode("x")]));
  await adapter.append?.("dir/d", encode("x"), { at: 0 });
  const expected = ["dir/a", "dir/c", ...adapter.append ? ["dir/d"] : []];
  assertEquals(await listKeys(adapter), expected);
}

async function endsOnlyAtTheEnd({ adapter }: BehaviourContext) {
  await putAll(adapter, numbered("dir/", 50));
  const controller = new AbortController();
  const reason = new Error("enough");
  const { signal } = controller;
  let seen = 0;
  const list = async () => {
    for await (const _ of adapter.list({ signal })) {
      if (++seen === 3) controller.abort(reason);
    }
  };
  const error = await assertRefused(list, {
    code: "Aborted",
    what: `a listing that was aborted after 3 of 50`,
  });
  assertStrictEquals(error.cause, reason);
  assert(seen < 50, "The listing did not stop");
  for (const limit of [-1, 1.5, NaN]) {
    const what = `the limit ${limit}`;
    const code = "InvalidArgument";
    await assertRefused(() => listKeys(adapter, { limit }), { code, what });
  }
}

/** Behaviours 80 to 95, except that of names that only a file system can have. */
export const list: readonly Behaviour[] = inGroup("List", [
  {
    number: 80,
    name: "list() yields nothing for an empty store or a prefix without keys",
    run: listsNothing,
  },
  {
    number: 81,
    name: 'list() without a prefix and with the prefix "" yield the same entries',
    async run({ adapter }) {
      await putAll(adapter, ["a", "b/c"]);
      assertEquals(await listKeys(adapter), ["a", "b/c"]);
      assertEquals(await listKeys(adapter, {}), ["a", "b/c"]);
      assertEquals(await listKeys(adapter, { prefix: "" }), ["a", "b/c"]);
    },
  },
  {
    number: 82,
    name: "A prefix is matched as plain text, not as a directory",
    async run(context) {
      await takesAPlainPrefix(context);
      for (const key of await listKeys(context.adapter)) {
        await context.adapter.delete(key);
      }
      await includesItself(context);
    },
  },
  {
    number: 83,
    name: "list() sorts by UTF-8 bytes, not in JavaScript's order",
    run: sortsByBytes,
  },
  {
    number: 84,
    name: 'list() sorts "a b", "a-b", "a.b" and "a/b" by bytes, not as a tree',
    run: sortsPathsByBytes,
  },
  { number: 85, name: 'list() does not include the key "after"', run: startsAfter },
  {
    number: 86,
    name: 'The key "after" need not exist and may be outside the prefix',
    run: startsAnywhere,
  },
  {
    number: 87,
    name: '"limit" counts entries after "after", and 0 yields nothing',
    run: limits,
  },
  {
    number: 88,
    name: "A listing of several pages is complete and has no duplicates",
    run: listsManyPages,
  },
  {
    number: 89,
    name: "Each entry has the key, size and version that stat() returns",
    run: describesEach,
  },
  {
    number: 90,
    name: "A listing that is stopped early releases its resources",
    run: canBeStopped,
  },
  {
    number: 91,
    name: "A key that is deleted during a listing is skipped without an error",
    run: skipsTheDeleted,
  },
  {
    number: 92,
    name: "Keys that stay are listed once while others come and go",
    run: listsWhatStays,
  },
  {
    number: 93,
    name: "The adapter's own files are never listed",
    run: hidesItsOwn,
  },
  {
    number: 95,
    name: "A listing that cannot be completed rejects",
    run: endsOnlyAtTheEnd,
  },
]);
