import { assert, assertEquals, assertRejects } from "@std/assert";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import { readDataset } from "../../src/reader/mod.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import type { Capabilities, StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { StorageError } from "../../src/storage/storage_error.ts";
import { instead } from "../helpers/stores.ts";

const MAX_BYTES = 20_000;

async function loggerOver(storage: StorageAdapter): Promise<CSVLogger> {
  const logger = new CSVLogger({ storage, verbose: false });
  await logger.setup(["q"], "");
  return logger;
}

async function textsIn(storage: StorageAdapter): Promise<(string | undefined)[]> {
  return await Array.fromAsync(readDataset(storage, "dataset1.csv"), ({ q }) => q);
}

for (
  const [name, capabilities] of Object.entries<Partial<Capabilities>>({
    append: {},
    rewrite: { append: "none" },
  })
) {
  Deno.test(`CSVLogger continues in a new part before an object becomes too large, ${name}`, async () => {
    const storage = new MemoryAdapter({
      capabilities: { ...capabilities, maxObjectBytes: MAX_BYTES },
    });
    const sent = Array.from({ length: 100 }, (_, i) => `${i} ${"x".repeat(1000)}`);
    await using logger = await loggerOver(storage);
    for (const [i, text] of sent.slice(0, 50).entries()) {
      assertEquals(await logger.flag([text]), i + 1);
    }
    await using again = await loggerOver(storage); // after a restart
    await Promise.all(sent.slice(50).map((text) => again.flag([text])));
    assertEquals(await textsIn(storage), sent);
    for await (const { size } of storage.list()) assert(size <= MAX_BYTES);
  });

  Deno.test(`CSVLogger rejects a row that is too large, and none that is flagged with it, ${name}`, async () => {
    const storage = new MemoryAdapter({
      capabilities: { ...capabilities, maxObjectBytes: MAX_BYTES },
    });
    await using logger = await loggerOver(storage);
    await logger.flag(["first"]);
    const texts = ["a", "b", "y".repeat(MAX_BYTES), "c", "d"];
    const results = await Promise.allSettled(texts.map((text) => logger.flag([text])));
    assertEquals(results.map(({ status }) => status === "fulfilled"), [
      true,
      true,
      false,
      true,
      true,
    ]);
    assertEquals(await textsIn(storage), ["first", "a", "b", "c", "d"]);
    const error = await assertRejects(() => logger.flag(["z".repeat(MAX_BYTES)]), StorageError);
    assertEquals([error.code, error.outcome], ["TooLarge", "not-applied"]);
    assertEquals(await logger.flag(["after"]), 6);
  });
}

Deno.test("CSVLogger divides a group that only the store finds too large", async () => {
  const base = new MemoryAdapter({ capabilities: { append: "none" } });
  let isFull = false;
  const storage = instead(base, {
    write: async (key, body, options) => {
      if (isFull && body instanceof Uint8Array && body.length > 3000) {
        const options = { code: "TooLarge", adapter: "memory", outcome: "not-applied" } as const;
        throw new StorageError("413", options);
      }
      return await base.write(key, body, options);
    },
  });
  await using logger = await loggerOver(storage);
  await logger.flag(["first"]);
  isFull = true;
  const results = await Promise.allSettled(
    ["a", "y".repeat(4000), "b"].map((text) => logger.flag([text])),
  );
  assertEquals(results.map(({ status }) => status), ["fulfilled", "rejected", "fulfilled"]);
  assertEquals(await textsIn(base), ["first", "a", "b"]);
});
