import { assertEquals } from "@std/assert";
import type { ObjectInfo, StorageAdapter, WriteOptions } from "../../storage/storage_adapter.ts";
import { hasCode } from "../../storage/storage_error.ts";
import { type Behaviour, type BehaviourContext, inGroup } from "./behaviour.ts";
import {
  assertMissing,
  assertRefused,
  assertStored,
  encode,
  get,
  putText,
  streamOf,
} from "./_harness.ts";

type Kept = Pick<WriteOptions, "contentType" | "metadata">;

const KEPT: Kept = {
  contentType: "text/csv; charset=utf-8",
  metadata: { plain: "value", spaced: "a b  c", "with-dash": "1" },
};

const UTF8: Kept = { metadata: { name: "\u00e9 \u{1f30d}" } };

/**
 * Returns the content type and metadata of an object. No metadata and an empty record are equal.
 */
function keptBy(info: ObjectInfo | null | undefined): Kept {
  return { contentType: info?.contentType, metadata: { ...info?.metadata } };
}

async function assertKept(adapter: StorageAdapter, key: string, kept: Kept) {
  const expected = {
    contentType: kept.contentType,
    metadata: { ...kept.metadata },
  };
  assertEquals(keptBy((await get(adapter, key)).info), expected, "read");
  assertEquals(keptBy(await adapter.stat(key)), expected, "stat");
}

async function roundTrips({ adapter }: BehaviourContext) {
  await adapter.write("a", encode("x"), KEPT);
  await assertKept(adapter, "a", KEPT);
  await assertStored(adapter, "a", "x");
  try {
    await adapter.write("b", encode("x"), UTF8);
  } catch (error) {
    if (!hasCode(error, "InvalidArgument")) throw error;
    return await assertMissing(adapter, "b");
  }
  assertEquals({ ...(await adapter.stat("b"))?.metadata }, UTF8.metadata);
}

async function refuses({ adapter }: BehaviourContext) {
  await putText(adapter, "present", "kept");
  const given: Kept[] = [
    KEPT,
    { metadata: { a: "b" } },
    { metadata: {} },
    { contentType: "text/csv" },
  ];
  for (const key of ["present", "missing"]) {
    for (const options of given) {
      for (const body of [encode("new"), streamOf([encode("new")])]) {
        await assertRefused(() => adapter.write(key, body, options), {
          code: "Unsupported",
          outcome: "not-applied",
          what: `a write with ${Object.keys(options)}`,
        });
      }
    }
  }
  await assertStored(adapter, "present", "kept");
  await assertMissing(adapter, "missing");
}

const declared: readonly Behaviour[] = inGroup(
  "Metadata",
  [
    {
      number: 124,
      name: "stat() and read() return the content type and the metadata",
      run: roundTrips,
    },
    {
      number: 125,
      name: "write() without metadata removes the old metadata",
      async run({ adapter }) {
        await adapter.write("a", encode("x"), KEPT);
        await adapter.write("a", encode("y"));
        const info = await adapter.stat("a");
        assertEquals({ ...info?.metadata }, {});
        // A store may choose its own type if none was given.
        assertEquals(info?.contentType === KEPT.contentType, false);
      },
    },
    {
      number: 126,
      name: "A streamed write keeps the content type and the metadata",
      async run({ adapter }) {
        await adapter.write("a", streamOf([encode("x")]), KEPT);
        await assertKept(adapter, "a", KEPT);
      },
    },
  ],
  (capabilities) => capabilities.metadata,
);

const undeclared: readonly Behaviour[] = inGroup("Metadata", [{
  number: 127,
  name: "write() with metadata rejects with Unsupported if metadata is not declared",
  when: (capabilities) => !capabilities.metadata,
  run: refuses,
}]);

/** Behaviours 124 to 127. */
export const metadata: readonly Behaviour[] = [...declared, ...undeclared];
