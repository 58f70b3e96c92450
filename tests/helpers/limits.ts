/** Lets a program write no file beyond a size: there, write(2) stops half-way, as on a full disk. */
export function limitedTo(kibibytes: number): string[] {
  // Without the trap the kernel ends the program instead.
  return ["bash", "-c", 'trap "" XFSZ; ulimit -f "$0"; exec "$@"', String(kibibytes)];
}

const RIGHTS = "-dac_override,-dac_read_search,-fowner";

/**
 * What runs a program for which the modes of files count: nothing for a plain user, `setpriv` for
 * root, to whom they do not apply; `null` where root has no such tool.
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
