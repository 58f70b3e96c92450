// Purges a person, repairs and verifies, and kills itself at a call of the storage: before the call, or
// after the store did what it was asked.
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { purge, repair, verify } from "../../src/upkeep/mod.ts";
import { instead } from "../helpers/stores.ts";
import { openPlace } from "./_upkeep_place.ts";

const [place = "{}", at = "0", when = "before"] = Deno.args;
const base = openPlace(JSON.parse(place));
let calls = 0;

async function call<T>(send: () => Promise<T>): Promise<T> {
  const isLast = ++calls === Number(at);
  if (isLast && when === "before") Deno.kill(Deno.pid, "SIGKILL");
  const result = await send();
  if (isLast) Deno.kill(Deno.pid, "SIGKILL");
  return result;
}

const storage: StorageAdapter = instead(base, {
  stat: (key, options) => call(() => base.stat(key, options)),
  read: (key, options) => call(() => base.read(key, options)),
  write: (key, body, options) => call(() => base.write(key, body, options)),
  delete: (key, options) => call(() => base.delete(key, options)),
  ...base.append && {
    append: (key, bytes, options) => call(() => base.append!(key, bytes, options)),
  },
  ...base.rewrite && {
    rewrite: (key, make, options) => call(() => base.rewrite!(key, make, options)),
  },
  async *list(options) {
    await call(() => Promise.resolve());
    yield* base.list(options);
  },
});
await purge(storage, "f", { username: "gone" }, { apply: true });
await repair(storage, "f", { apply: true });
for await (const _ of verify(storage, "f", { files: true }));
// deno-lint-ignore no-console -- the torture reads how many calls there were
console.log(calls);
