import { LocalFsAdapter } from "../../src/storage/local_fs/mod.ts";
import { conformance } from "../../src/testing/mod.ts";
import { tellExactMemory } from "../helpers/exact_memory.ts";
import { TempDir } from "../helpers/temp_dir.ts";
import { WRAPPINGS } from "../helpers/wrappings.ts";

tellExactMemory();

for (const [name, { wrap, test }] of Object.entries(WRAPPINGS)) {
  conformance(`${name} keeps the contract over LocalFsAdapter`, () => {
    const dir = new TempDir();
    const open = () => wrap(new LocalFsAdapter({ root: `${dir.path}/root` }));
    return { adapter: open(), second: open, dispose: () => dir[Symbol.asyncDispose]() };
  }, { test, increments: 20 });
}
