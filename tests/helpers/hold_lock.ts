import { assertStringIncludes } from "@std/assert";
import { startScript } from "./deno.ts";

const HOLDER = new URL("./lock_holder.ts", import.meta.url);

/** Another process locks a directory, exclusively or as a reader. The result kills it. */
export async function holdLock(dir: string, { shared = false } = {}): Promise<() => Promise<void>> {
  const holder = startScript(HOLDER, { args: shared ? [dir, "shared"] : [dir] });
  const reader = holder.stdout.getReader();
  const kill = async () => {
    holder.kill("SIGKILL");
    await Promise.all([reader.cancel(), holder.stderr.cancel(), holder.status]);
  };
  const { value } = await reader.read();
  try {
    assertStringIncludes(new TextDecoder().decode(value), "locked");
  } catch (error) {
    await kill();
    throw error;
  }
  return kill;
}
