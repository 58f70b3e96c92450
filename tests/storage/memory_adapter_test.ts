import { assertEquals, assertRejects } from "@std/assert";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import type { Capabilities } from "../../src/storage/storage_adapter.ts";
import { StorageError } from "../../src/storage/storage_error.ts";
import { conformance } from "../../src/testing/mod.ts";
import { within } from "../helpers/within.ts";

const NARROWED: Readonly<Record<string, Partial<Capabilities>>> = {
  "with all capabilities": {},
  "narrowed to those of S3": { append: "none", versions: "content" },
  "narrowed to nothing": {
    create: "none",
    swap: "none",
    append: "none",
    metadata: false,
  },
};

for (const [how, capabilities] of Object.entries(NARROWED)) {
  conformance(`MemoryAdapter keeps the contract ${how}`, () => ({
    adapter: new MemoryAdapter({ capabilities }),
    holdsBytesInMemory: true,
  }));
}

Deno.test("MemoryAdapter.write() refuses a body that goes on after its announced size, however long it is", async () => {
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(10)),
  });
  const storage = new MemoryAdapter();
  const writing = storage.write("a", endless, { size: 25 });
  const error = await within(10_000, assertRejects(() => writing, StorageError), "write()");
  assertEquals([error.code, error.outcome], ["InvalidArgument", "not-applied"]);
  assertEquals(await storage.stat("a"), null);
});
