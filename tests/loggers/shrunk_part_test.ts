import { assert, assertEquals } from "@std/assert";
import type { CSVLogger, CSVLoggerOptions } from "../../src/loggers/csv_logger.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { keysOf, textOf } from "../helpers/dataset_check.ts";
import { withoutRows } from "../helpers/row_filter.ts";
import { flagId, loggerWithIds } from "../helpers/sample_ids.ts";

const PART = { maxPartBytes: 250 };
const KEY = "dataset1.csv";

const STORES: Readonly<Record<string, () => MemoryAdapter>> = {
  rewrite: () => new MemoryAdapter({ capabilities: { append: "none", versions: "content" } }),
  "rewrite, without metadata": () =>
    new MemoryAdapter({ capabilities: { append: "none", versions: "content", metadata: false } }),
  "append with a limit": () => new MemoryAdapter({ capabilities: { maxObjectBytes: 500 } }),
};

/** Removes rows of an object by compare-and-swap, as a purge does, or without its metadata. */
async function removeRows(
  storage: StorageAdapter,
  key: string,
  { ids, keepsMetadata }: { readonly ids: readonly string[]; readonly keepsMetadata: boolean },
): Promise<void> {
  const { body, info } = (await storage.read(key))!;
  const filter = withoutRows((record) => ids.includes(record.split(",")[0]!));
  const kept = filter.push(await new Response(body).bytes());
  await storage.write(key, kept, {
    precondition: { version: info.version },
    ...(keepsMetadata && storage.capabilities.metadata && { metadata: info.metadata }),
  });
}

/** Flags samples until the first part is full and the second one has rows. Returns their ids. */
async function fillTwoParts(logger: CSVLogger, storage: StorageAdapter): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 2; (await keysOf(storage)).length < 2 || i % 2 > 0; i++) {
    ids.push(`${i}`);
    await flagId(logger, `${i}`);
  }
  return ids;
}

/** The ids of the rows in all parts. */
async function storedIds(storage: StorageAdapter): Promise<string[]> {
  const ids: string[] = [];
  for (let part = 1; part <= (await keysOf(storage)).length; part++) {
    const text = await textOf(storage, part === 1 ? KEY : `dataset1.${part}.csv`);
    ids.push(...text.split("\r\n").slice(1, -1).map((row) => row.split(",")[0]!));
  }
  return ids;
}

const loggerOver = (storage: StorageAdapter, options: CSVLoggerOptions = {}) =>
  loggerWithIds(storage, { ...PART, ...options });

for (const [name, make] of Object.entries(STORES)) {
  for (const which of ["the first", "the last", "all"] as const) {
    for (const keepsMetadata of [true, false]) {
      const how = keepsMetadata ? "a purge" : "a person";
      Deno.test(`an idle CSVLogger with sampleId knows the ids of part 2 after ${how} removed ${which} rows of part 1, ${name}`, async () => {
        // Its last look is after its own row, or after another logger's.
        for (const first of [["1"], []]) {
          const storage = make();
          await using idle = await loggerOver(storage);
          await using busy = await loggerOver(storage);
          for (const id of first) assertEquals(await flagId(idle, id), 1);
          if (first.length === 0) { for (const logger of [busy, idle]) await flagId(logger, "1"); }
          const ids = ["1", ...await fillTwoParts(busy, storage)];
          const inPart2 = ids.at(-1)!;
          const rows = (await textOf(storage, KEY)).split("\r\n").slice(1, -1);
          const theirs = rows.map((row) => row.split(",")[0]!);
          assert(!theirs.includes(inPart2));
          const removed = which === "all"
            ? theirs
            : which === "the first"
            ? theirs.slice(0, 2)
            : theirs.slice(-2);
          await removeRows(storage, KEY, { ids: removed, keepsMetadata });
          await flagId(idle, inPart2);
          await flagId(idle, "new");
          await flagId(busy, "new");
          const expected = [...ids.filter((id) => !removed.includes(id)), "new"];
          assertEquals(await storedIds(storage), expected);
          // What was removed can be flagged again.
          for (const logger of [idle, busy]) for (const id of removed) await flagId(logger, id);
          assertEquals(await storedIds(storage), [...expected, ...removed]);
        }
      });
    }
  }
}

Deno.test("an idle CSVLogger without ids goes on in part 2 after rows of part 1 were removed", async () => {
  for (const [name, make] of Object.entries(STORES)) {
    const storage = make();
    await using idle = await loggerOver(storage, { sampleId: false });
    await using busy = await loggerOver(storage, { sampleId: false });
    await idle.flag(["1"]);
    for (let i = 2; (await keysOf(storage)).length < 2; i++) await busy.flag([`${i}`]);
    await removeRows(storage, KEY, { ids: ["1", "2", "3"], keepsMetadata: true });
    await idle.flag(["late"]);
    assert(!(await textOf(storage, KEY)).includes("late"), name);
    assertEquals((await storedIds(storage)).at(-1), "late", name);
  }
});
