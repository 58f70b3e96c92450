import { LocalFsAdapter } from "../../../src/storage/local_fs/mod.ts";
import { MemoryAdapter } from "../../../src/storage/memory_adapter.ts";
import type { Capabilities } from "../../../src/storage/storage_adapter.ts";
import { conformance } from "../../../src/testing/mod.ts";
import { tellExactMemory } from "../../helpers/exact_memory.ts";
import { TempDir } from "../../helpers/temp_dir.ts";
import { WRAPPER_SETTINGS, type Wrapping, WRAPPINGS } from "../../helpers/wrappings.ts";

tellExactMemory();

const NARROWED: Readonly<Record<string, Partial<Capabilities>>> = {
  "": {},
  " narrowed to nothing": { create: "none", swap: "none", append: "none", metadata: false },
};

function overMemory(name: string, { wrap, test }: Wrapping): void {
  for (const [how, capabilities] of Object.entries(NARROWED)) {
    conformance(
      `${name} keeps the contract over MemoryAdapter${how}`,
      () => ({ adapter: wrap(new MemoryAdapter({ capabilities })), holdsBytesInMemory: true }),
      { ...WRAPPER_SETTINGS, test },
    );
  }
}

function overLocalFs(name: string, { wrap, test }: Wrapping): void {
  conformance(`${name} keeps the contract over LocalFsAdapter`, () => {
    const dir = new TempDir();
    const open = () => wrap(new LocalFsAdapter({ root: `${dir.path}/root` }));
    return { adapter: open(), second: open, dispose: () => dir[Symbol.asyncDispose]() };
  }, { ...WRAPPER_SETTINGS, test });
}

for (const [name, wrapping] of Object.entries(WRAPPINGS)) {
  overMemory(name, wrapping);
  if (wrapping.isStack) overLocalFs(name, wrapping); // the others: tests/wrappers
}
