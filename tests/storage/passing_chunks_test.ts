import { assertEquals, assertGreater, assertRejects, assertStrictEquals } from "@std/assert";
import { passingChunks } from "../../src/storage/passing_chunks.ts";
import { LocalFsAdapter } from "../../src/storage/local_fs/mod.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { differsAt, patternAt } from "../helpers/pattern.ts";
import { TempDir } from "../helpers/temp_dir.ts";

const KEY = "a";
const SIZES = [0, 1, 256 * 1024, 256 * 1024 + 1, 3_000_000];

async function expectPattern(storage: StorageAdapter, start: number, size: number): Promise<void> {
  const result = await storage.read(KEY, { range: { start } });
  let offset = start;
  for await (const chunk of passingChunks(result!)) {
    assertEquals(differsAt(chunk, offset), -1);
    offset += chunk.length;
  }
  assertEquals(offset, size);
}

for (const name of ["MemoryAdapter", "LocalFsAdapter"]) {
  Deno.test(`passingChunks() yields every byte of a ${name}'s body once, in order`, async () => {
    await using dir = new TempDir();
    const storage = name === "MemoryAdapter"
      ? new MemoryAdapter()
      : new LocalFsAdapter({ root: dir.path });
    for (const size of SIZES) {
      await storage.write(KEY, patternAt(0, size));
      await expectPattern(storage, 0, size);
      if (size > 5) await expectPattern(storage, 5, size);
    }
  });
}

Deno.test("passingChunks() fills two buffers in turn if the body supports it", async () => {
  await using dir = new TempDir();
  const storage = new LocalFsAdapter({ root: dir.path });
  await storage.write(KEY, patternAt(0, 3_000_000));
  let last: Uint8Array | undefined;
  let chunks = 0;
  for await (const chunk of passingChunks((await storage.read(KEY))!)) {
    if (chunks++ > 1) assertEquals(last?.length, 0); // it is filled again
    last = chunk;
  }
  assertGreater(chunks, 3);
});

// The sanitizers report a file that is left open.
Deno.test("passingChunks() cancels the body if its consumer stops early", async () => {
  await using dir = new TempDir();
  const storage = new LocalFsAdapter({ root: dir.path });
  await storage.write(KEY, patternAt(0, 3_000_000));
  for await (const chunk of passingChunks((await storage.read(KEY))!)) {
    assertGreater(chunk.length, 0);
    break;
  }
});

Deno.test("passingChunks() fails with the body", async () => {
  await using dir = new TempDir();
  const storage = new LocalFsAdapter({ root: dir.path });
  await storage.write(KEY, patternAt(0, 3_000_000));
  const reason = new Error("enough");
  const controller = new AbortController();
  const result = await storage.read(KEY, { signal: controller.signal });
  const error = await assertRejects(async () => {
    for await (const _ of passingChunks(result!)) {
      controller.abort(reason);
      // An error that the test does not wait for yet would end the program.
      await new Promise((done) => setTimeout(done, 10));
    }
  });
  assertStrictEquals(error, reason);
});
