import { assert, assertEquals } from "@std/assert";
import { type Behaviour, type BehaviourContext, inGroup } from "./behaviour.ts";
import {
  assertBytes,
  assertMissing,
  assertRefused,
  assertStored,
  encode,
  find,
  get,
  listKeys,
  putText,
  randomBytes,
  streamOf,
} from "./_harness.ts";

/** Bytes that text handling would damage: byte order marks, NUL, line endings, invalid UTF-8. */
const BINARY: readonly number[] = [
  ...[0xef, 0xbb, 0xbf, 0x00, 0x0d, 0x0a, 0x0d, 0x0a, 0xff, 0xfe],
  ...[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0xc3, 0x28],
  ...Array.from({ length: 256 }, (_, byte) => byte),
];

async function roundTripsEmptyBody({ adapter }: BehaviourContext) {
  await adapter.write("bytes", new Uint8Array());
  await adapter.write("stream", streamOf([]));
  for (const key of ["bytes", "stream"]) {
    assertEquals((await adapter.stat(key))?.size, 0);
    await assertStored(adapter, key, "");
  }
  assertEquals(await listKeys(adapter), ["bytes", "stream"]);
}

async function overwritesWhole({ adapter }: BehaviourContext) {
  for (const size of [100_000, 200_000, 10, 0, 1]) {
    const body = randomBytes(size);
    await adapter.write("a", body);
    await assertStored(adapter, "a", body);
  }
}

async function describesWhatItWrote({ adapter }: BehaviourContext) {
  for (const body of [encode("bytes"), streamOf([encode("bytes")])]) {
    const { key, size, version } = await adapter.write("a/b", body);
    const expected = { key: "a/b", size: 5, version };
    assertEquals({ key, size, version }, expected);
    for (const info of [await adapter.stat("a/b"), (await get(adapter, "a/b")).info]) {
      assert(info !== null);
      const { key, size, version } = info;
      assertEquals({ key, size, version }, expected);
    }
  }
}

/** Changes every byte. */
function invert(bytes: Uint8Array): void {
  bytes.forEach((byte, i) => bytes[i] = ~byte);
}

async function takesItsOwnCopy({ adapter }: BehaviourContext) {
  const body = randomBytes(100_000);
  const expected = body.slice();
  await adapter.write("whole", body);
  const part = body.subarray(1000, 2000);
  await adapter.write("part", part);
  await adapter.append?.("appended", part, { at: 0 });
  invert(body);
  await assertStored(adapter, "whole", expected);
  await assertStored(adapter, "part", expected.slice(1000, 2000));
  if (adapter.append === undefined) return;
  await assertStored(adapter, "appended", expected.slice(1000, 2000));
}

async function givesTheReaderItsOwnBytes({ adapter }: BehaviourContext) {
  const body = randomBytes(100_000);
  await adapter.write("a", body);
  const result = await adapter.read("a");
  assert(result !== null);
  // Chunk by chunk, because collecting the chunks would copy them first.
  for await (const chunk of result.body) invert(chunk);
  await assertStored(adapter, "a", body);
}

async function findsNothing({ adapter }: BehaviourContext) {
  for (const key of ["a", "a/b/c", "a b.csv"]) {
    await assertMissing(adapter, key);
    const range = { start: 5, end: 9 };
    assertEquals(await adapter.read(key, { range }), null);
  }
}

async function answersManyReads({ adapter }: BehaviourContext) {
  const body = randomBytes(50_000);
  await adapter.write("present", body);
  const found = await Promise.all(
    Array.from(
      { length: 20 },
      (_, i) => find(adapter, i % 2 === 0 ? "present" : `missing-${i}`),
    ),
  );
  for (const [i, result] of found.entries()) {
    if (i % 2 === 1) assertEquals(result, null);
    else assertBytes(result?.bytes ?? new Uint8Array(), body);
  }
}

async function rejectsUnlessMissing({ adapter }: BehaviourContext) {
  const { version } = await putText(adapter, "a", "first");
  await putText(adapter, "a", "second");
  const signal = AbortSignal.abort();
  const range = { start: 100 };
  const refuse = assertRefused;
  await refuse(() => adapter.read("a", { range }), {
    code: "RangeNotSatisfiable",
    what: "a range beyond the end",
  });
  await refuse(() => adapter.read("a", { ifVersion: version }), {
    code: "Conflict",
    what: "a stale version",
  });
  for (const key of ["a", "missing"]) {
    const what = `an aborted read of ${key}`;
    await refuse(() => adapter.stat(key, { signal }), { code: "Aborted", what });
    await refuse(() => adapter.read(key, { signal }), { code: "Aborted", what });
  }
  for (const key of ["", "..", "a//b"]) {
    const what = `the key ${JSON.stringify(key)}`;
    await refuse(() => adapter.stat(key), { code: "InvalidKey", what });
    await refuse(() => adapter.read(key), { code: "InvalidKey", what });
  }
}

/** Behaviours 1 to 12. */
export const writeAndRead: readonly Behaviour[] = inGroup(
  "Write and read back",
  [
    {
      number: 1,
      name: "read() returns the bytes that were written",
      async run({ adapter }) {
        const body = randomBytes(150_001);
        await adapter.write("a", body);
        const { start, end, bytes } = await get(adapter, "a");
        assertEquals([start, end], [0, body.length]);
        assertBytes(bytes, body);
      },
    },
    {
      number: 2,
      name: "Bodies of 0 bytes, 1 byte, 1 KiB and 1 MiB are read back exactly",
      async run({ adapter }) {
        for (const size of [0, 1, 1024, 1024 * 1024]) {
          const body = randomBytes(size);
          await adapter.write(`of-${size}`, body);
          await assertStored(adapter, `of-${size}`, body);
        }
      },
    },
    {
      number: 3,
      name: "An object with an empty body exists",
      run: roundTripsEmptyBody,
    },
    {
      number: 4,
      name: "Binary data is not changed",
      async run({ adapter }) {
        await adapter.write("a.png", new Uint8Array(BINARY));
        await assertStored(adapter, "a.png", new Uint8Array(BINARY));
      },
    },
    {
      number: 5,
      name: "write() replaces the whole body, even with a shorter one",
      run: overwritesWhole,
    },
    {
      number: 6,
      name: "write() returns the same info as stat() and read() afterwards",
      run: describesWhatItWrote,
    },
    {
      number: 7,
      name: "The caller may change its bytes as soon as write() resolves",
      run: takesItsOwnCopy,
    },
    {
      number: 8,
      name: "A reader may change the bytes that read() returns",
      run: givesTheReaderItsOwnBytes,
    },
    {
      number: 9,
      name: "stat() and read() return null for a missing key",
      run: findsNothing,
    },
    {
      number: 10,
      name: "A key that is only a prefix of other keys is missing",
      async run({ adapter }) {
        await putText(adapter, "a/b", "x");
        await putText(adapter, "ab", "x");
        await assertMissing(adapter, "a");
      },
    },
    {
      number: 11,
      name: "20 concurrent reads of existing and missing keys return the right results",
      run: answersManyReads,
    },
    {
      number: 12,
      name: "stat() and read() reject, rather than return null, unless the key is missing",
      run: rejectsUnlessMissing,
    },
  ],
);
