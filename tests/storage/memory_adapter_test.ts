import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import type { Capabilities } from "../../src/storage/storage_adapter.ts";
import { conformance } from "../../src/testing/mod.ts";

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
