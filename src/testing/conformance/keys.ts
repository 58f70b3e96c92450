import { assert, assertEquals } from "@std/assert";
import { hasCode } from "../../storage/storage_error.ts";
import { compareKeys, isValidKey } from "../../storage/validate_key.ts";
import type { StorageAdapter } from "../../storage/storage_adapter.ts";
import { type Behaviour, type BehaviourContext, inGroup } from "./behaviour.ts";
import {
  assertMissing,
  assertRefused,
  assertStored,
  forEachNumber,
  getText,
  listKeys,
  putText,
} from "./_harness.ts";
import { callsOf } from "./_calls.ts";
import { below, randomFrom } from "../random.ts";

const ACCEPTED: readonly string[] = [
  "a b",
  ".hidden",
  "dir/.hidden",
  "..two-dots",
  "three...",
  "a+b",
  "a&b=c@d,e;f",
  "(a)!'$~",
  "a#b",
  "a%b",
  "a?b=c",
  "A",
  "%41",
  "x%2Fy",
  "x/y",
  "*",
  '"quoted"',
  "<a>|b:c",
  "-",
  "_",
  "\u00e9",
  "e",
  "\u{1f30d}",
  "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}",
  "\u0915\u093c",
  "\u4e2d\u6587/\u6587\u4ef6",
];

const REFUSED: readonly string[] = [
  "",
  "/",
  "/a",
  "a/",
  "a//b",
  ".",
  "..",
  "./a",
  "a/.",
  "a/./b",
  "../a",
  "a/..",
  "a/../b",
  "a\0b",
  "a\nb",
  "a\tb",
  "\u007f",
  "\u0085",
  "a\\b",
  "..\\a",
  "\ud83c",
  "a\udf0db",
  "e\u0301",
  "\u212b",
];

/** Asserts that every method refuses a key in the same way. */
async function assertInvalid(adapter: StorageAdapter, key: string) {
  for (const { name, mutates, run } of callsOf(adapter)) {
    const error = await assertRefused(() => run(key), {
      code: "InvalidKey",
      ...(mutates ? { outcome: "not-applied" } : {}),
      what: `${name} of ${JSON.stringify(key)}`,
    });
    assertEquals(error.key, key);
  }
}

async function putThemselves(adapter: StorageAdapter, keys: readonly string[]) {
  await forEachNumber(keys.length, (n) => {
    const key = keys[n] ?? "";
    return putText(adapter, key, `body of ${key}`);
  });
}

/** Asserts that each key names its own object, and that there are no other objects. */
async function assertDistinct(
  adapter: StorageAdapter,
  keys: readonly string[],
) {
  await putThemselves(adapter, keys);
  for (const key of keys) await assertStored(adapter, key, `body of ${key}`);
  assertEquals(await listKeys(adapter), [...keys].sort(compareKeys));
}

async function takesLongKeys({ adapter }: BehaviourContext) {
  const segment = "s".repeat(255);
  const longest = `${"d".repeat(255)}/${segment}/${segment}/${"t".repeat(254)}/u`;
  assertEquals(longest.length, 1024);
  const keys = [
    segment,
    `d/${"\u20ac".repeat(85)}`,
    `${segment.slice(1)}x`,
    longest,
  ];
  await assertDistinct(adapter, keys);
  for (const { run } of callsOf(adapter)) {
    await adapter.delete(segment);
    await run(segment);
  }
  await assertInvalid(adapter, `${segment}s`);
  await assertInvalid(adapter, `a/${"\u20ac".repeat(86)}`);
  await assertInvalid(adapter, `${longest}u`);
}

/**
 * Returns a key of tricky characters, none of whose segments can be the directory of another key.
 */
function trickyKey(random: () => number): string {
  const characters = [..."aAbB01 .-_+%&=@,;()!'$~#?\u00e9\u00c9\u{1f30d}"];
  const escapes = ["%2F", "%2f", "%41", "%00", "&amp;", "+", "\u00df", "ss"];
  const pool = [...characters, ...escapes];
  const segment = (end: string) => {
    const length = 1 + below(random, 6);
    const parts = Array.from(
      { length },
      () => pool[below(random, pool.length)],
    );
    return parts.join("") + end;
  };
  return random() < 0.5 ? segment(".file") : `${segment(".dir")}/${segment(".file")}`;
}

async function reachesOneObject({ adapter, settings }: BehaviourContext) {
  const random = randomFrom(settings.seed);
  const keys = new Set<string>();
  while (keys.size < 300) {
    const key = trickyKey(random);
    if (isValidKey(key)) keys.add(key);
  }
  await assertDistinct(adapter, [...keys]);
}

async function staysInside({ adapter }: BehaviourContext) {
  const refused = ["../a", "a/../../b", "..\\a", "/etc/passwd", "//host/a"];
  for (const key of refused) await assertInvalid(adapter, key);
  assertEquals(await listKeys(adapter), []);
  // These keys are stored like any other, or refused; they must not escape the store.
  const odd = ["..%2fa", "..%5ca", "C:/a", "C:a", "file:/a", "~/a", "%2e%2e/a"];
  const stored: string[] = [];
  for (const key of odd) {
    try {
      await putText(adapter, key, `body of ${key}`);
      stored.push(key);
    } catch (error) {
      assert(hasCode(error, "InvalidKey"), `${key}: ${error}`);
    }
  }
  for (const key of stored) await assertStored(adapter, key, `body of ${key}`);
  assertEquals(await listKeys(adapter), stored.sort(compareKeys));
}

/**
 * Returns whether an action succeeds. A file system may refuse it with a `Conflict`, because a file
 * is in the place of a directory.
 */
async function succeeds(action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    assert(hasCode(error, "Conflict"), `Expected a Conflict: got ${error}`);
    return false;
  }
}

async function nestsOrRefuses({ adapter }: BehaviourContext) {
  const pairs = [["a", "a/b"], ["d/e", "d"], ["f", "f/g/h"]] as const;
  for (const [first, second] of pairs) {
    await putText(adapter, first, "first");
    const isNested = await succeeds(() => putText(adapter, second, "second"));
    await assertStored(adapter, first, "first");
    if (isNested) {
      await assertStored(adapter, second, "second");
      await adapter.delete(second);
      await assertStored(adapter, first, "first");
    } else {
      await succeeds(() => assertMissing(adapter, second));
      await succeeds(() => adapter.delete(second));
      if (adapter.append) {
        const append = adapter.append.bind(adapter);
        await succeeds(() => append(second, new Uint8Array(1), { at: 0 }));
      }
      await assertStored(adapter, first, "first");
    }
    await adapter.delete(first);
    await putText(adapter, second, "afterwards");
    assertEquals(await getText(adapter, second), "afterwards");
    await adapter.delete(second);
  }
}

async function meansOnePrefix({ adapter, store }: BehaviourContext) {
  await putText(adapter, "flagsx/a", "of another prefix");
  await putText(adapter, "flags-a", "of no prefix");
  for (const prefix of ["flags", "flags/"]) {
    const below = store.below!(prefix);
    try {
      await putText(below, "a", prefix);
      assertEquals(await getText(adapter, "flags/a"), prefix);
      assertEquals(await listKeys(below), ["a"]);
    } finally {
      await below[Symbol.asyncDispose]?.();
    }
  }
}

/** Behaviours 96 to 104, except that of symbolic links; and 138. */
export const keys: readonly Behaviour[] = inGroup("Keys", [
  {
    number: 96,
    name: "Keys with spaces, dots, punctuation, escapes and any script are distinct",
    run: ({ adapter }) => assertDistinct(adapter, ACCEPTED),
  },
  {
    number: 97,
    name: "Every method rejects an invalid key with InvalidKey",
    async run({ adapter }) {
      for (const key of REFUSED) await assertInvalid(adapter, key);
      assertEquals(await listKeys(adapter), []);
    },
  },
  {
    number: 98,
    name: "A key may have 1024 bytes and a segment 255, and no more",
    run: takesLongKeys,
  },
  {
    number: 99,
    name: "Keys that differ only in case name different objects",
    run: ({ adapter }) =>
      assertDistinct(adapter, ["key", "KEY", "Key/a", "kEY/a", "\u00e9", "\u00c9"]),
  },
  {
    number: 100,
    name: "No two valid keys name the same object",
    run: reachesOneObject,
  },
  {
    number: 101,
    name: "No key escapes the store",
    run: staysInside,
  },
  {
    number: 103,
    name: "Reserved names are rejected with InvalidKey",
    async run({ adapter }) {
      for (const key of [".flagstone-a", "a/.flagstone-lock", ".flagstone-/b"]) {
        await assertInvalid(adapter, key);
      }
      assertEquals(await listKeys(adapter), []);
    },
  },
  {
    number: 104,
    name: 'If "a" exists, write() of "a/b" succeeds or rejects with Conflict',
    run: nestsOrRefuses,
  },
  {
    number: 138,
    name: 'The prefixes "flags" and "flags/" keep keys below "flags/"',
    when: (_, { below }) => below !== undefined,
    run: meansOnePrefix,
  },
]);
