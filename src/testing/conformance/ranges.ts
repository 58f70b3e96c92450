import { assert, assertEquals } from "@std/assert";
import type { ByteRange, StorageAdapter } from "../../storage/storage_adapter.ts";
import { type Behaviour, type BehaviourContext, inGroup } from "./behaviour.ts";
import { assertBytes, assertRefused, concat, get, randomBytes } from "./_harness.ts";

const SIZE = 150_000;

/** Writes a body that is longer than one chunk. */
async function putBody(adapter: StorageAdapter): Promise<Uint8Array> {
  const body = randomBytes(SIZE);
  await adapter.write("a", body);
  return body;
}

/** Asserts that a read of a range returns these offsets and the bytes between them. */
async function assertRange(
  adapter: StorageAdapter,
  body: Uint8Array,
  [range, start, end]: readonly [range: ByteRange, start: number, end: number],
) {
  const what = JSON.stringify(range);
  const found = await get(adapter, "a", { range });
  assertEquals([found.start, found.end], [start, end], `Offsets of ${what}`);
  assertBytes(found.bytes, body.subarray(start, end), `The range ${what}`);
  assertEquals(found.info.size, body.length, `info.size for ${what}`);
}

async function assertRanges(
  adapter: StorageAdapter,
  cases: readonly (readonly [range: ByteRange, start: number, end: number])[],
) {
  const body = await putBody(adapter);
  for (const each of cases) await assertRange(adapter, body, each);
}

async function startsAtTheEnd({ adapter }: BehaviourContext) {
  await assertRanges(adapter, [
    [{ start: 0 }, 0, SIZE],
    [{ start: 1 }, 1, SIZE],
    [{ start: SIZE - 1 }, SIZE - 1, SIZE],
    [{ start: SIZE }, SIZE, SIZE],
    [{ start: SIZE, end: SIZE + 5 }, SIZE, SIZE],
  ]);
  await adapter.write("a", new Uint8Array());
  await assertRange(adapter, new Uint8Array(), [{ start: 0 }, 0, 0]);
  await assertRange(adapter, new Uint8Array(), [{ start: 0, end: 9 }, 0, 0]);
}

async function refusesBeyond({ adapter }: BehaviourContext) {
  await putBody(adapter);
  await adapter.write("empty", new Uint8Array());
  const code = "RangeNotSatisfiable";
  for (const start of [SIZE + 1, 2 * SIZE]) {
    for (const range of [{ start }, { start, end: 3 * SIZE }]) {
      const what = JSON.stringify(range);
      await assertRefused(() => adapter.read("a", { range }), { code, what });
    }
  }
  const range = { start: 1 };
  const what = "a byte of an empty object";
  await assertRefused(() => adapter.read("empty", { range }), { code, what });
}

async function refusesInvalid({ adapter }: BehaviourContext) {
  await putBody(adapter);
  const invalid: ByteRange[] = [
    { start: -1 },
    { start: -1, end: 5 },
    { start: 0, end: -1 },
    { start: 1.5 },
    { start: 0, end: 1.5 },
    { start: NaN },
    { start: 0, end: NaN },
    { start: 5, end: 4 },
    { last: -1 },
    { last: 1.5 },
    { last: NaN },
  ];
  // A missing object would read as null if the store were asked before the range is checked.
  for (const key of ["a", "missing"]) {
    for (const range of invalid) {
      await assertRefused(() => adapter.read(key, { range }), {
        code: "InvalidArgument",
        what: `the range ${Object.entries(range)} of ${key}`,
      });
    }
  }
}

async function joins({ adapter }: BehaviourContext) {
  const body = await putBody(adapter);
  for (const at of [0, 1, 65_536, SIZE - 1, SIZE]) {
    const head = await get(adapter, "a", { range: { start: 0, end: at } });
    const tail = await get(adapter, "a", { range: { start: at } });
    assertBytes(concat([head.bytes, tail.bytes]), body);
  }
}

/** Behaviours 51 to 58. */
export const ranges: readonly Behaviour[] = inGroup("Ranges", [
  {
    number: 51,
    name: "A range is half-open and returns exactly its bytes",
    run: ({ adapter }) =>
      assertRanges(adapter, [
        [{ start: 0, end: 1 }, 0, 1],
        [{ start: 10, end: 20 }, 10, 20],
        [{ start: 10, end: 10 }, 10, 10],
        [{ start: 0, end: 0 }, 0, 0],
        [{ start: 1000, end: 140_001 }, 1000, 140_001],
        [{ start: 0, end: SIZE }, 0, SIZE],
      ]),
  },
  {
    number: 52,
    name: "The info of a range has the size of the whole object",
    async run({ adapter }) {
      await putBody(adapter);
      const stat = await adapter.stat("a");
      const found = await get(adapter, "a", { range: { start: 1, end: 2 } });
      assert(stat !== null);
      const { size, version } = found.info;
      assertEquals([size, version], [SIZE, stat.version]);
    },
  },
  {
    number: 53,
    name: "A range that extends past the end is clamped",
    run: ({ adapter }) =>
      assertRanges(adapter, [
        [{ start: 10, end: SIZE + 1 }, 10, SIZE],
        [{ start: 0, end: Number.MAX_SAFE_INTEGER }, 0, SIZE],
      ]),
  },
  {
    number: 54,
    name: "A range without an end reads to the end of the object",
    run: startsAtTheEnd,
  },
  {
    number: 55,
    name: "A range that starts past the end rejects with RangeNotSatisfiable",
    run: refusesBeyond,
  },
  {
    number: 56,
    name: '"last" reads the last bytes, at most the whole object',
    run: ({ adapter }) =>
      assertRanges(adapter, [
        [{ last: 1 }, SIZE - 1, SIZE],
        [{ last: 100_000 }, SIZE - 100_000, SIZE],
        [{ last: SIZE }, 0, SIZE],
        [{ last: SIZE + 1 }, 0, SIZE],
        [{ last: 0 }, SIZE, SIZE],
      ]),
  },
  {
    number: 57,
    name: "An invalid range rejects with InvalidArgument before any request",
    run: refusesInvalid,
  },
  {
    number: 58,
    name: "Two adjacent ranges make up the whole object",
    run: joins,
  },
]);
