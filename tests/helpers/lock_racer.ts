// Adds to the number in a file while it holds a lock file. Without the lock, additions would be
// lost.
import { lockDirectory } from "../../src/storage/local_fs/_lock.ts";

const call = { attempt: { adapter: "local-fs", operation: "add to" } };
const mode = { shared: false, timeoutMs: 60_000, lockFile: true };
const [dir = "", times = "0"] = Deno.args;
for (let i = 0; i < Number(times); i++) {
  const lock = await lockDirectory(dir, call, mode);
  const number = Number(Deno.readTextFileSync(`${dir}/number`));
  // Long enough for another process to intervene.
  if (i % 10 === 0) await new Promise((done) => setTimeout(done, 1));
  Deno.writeTextFileSync(`${dir}/number`, String(number + 1));
  lock.release();
}
