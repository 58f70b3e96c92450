/** Lets a program write no file beyond a size: there, write(2) stops half-way, as on a full disk. */
export function limitedTo(kibibytes: number): string[] {
  // Without the trap the kernel ends the program instead.
  return ["bash", "-c", 'trap "" XFSZ; ulimit -f "$0"; exec "$@"', String(kibibytes)];
}

const RIGHTS = "-dac_override,-dac_read_search,-fowner";

/**
 * Returns the command that starts a program to which file modes apply: an empty one for a plain
 * user, `setpriv` for root; `null` if root has no such tool.
 */
export async function boundByModes(): Promise<readonly string[] | null> {
  if (Deno.uid() !== 0) return [];
  const through = ["setpriv", `--bounding-set=${RIGHTS}`];
  const [program, ...args] = [...through, "true"];
  try {
    const { success } = await new Deno.Command(program!, { args }).output();
    return success ? through : null;
  } catch {
    return null;
  }
}
