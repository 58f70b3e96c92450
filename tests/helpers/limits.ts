/**
 * Limits the size of the files that a program writes. At the limit, write(2) writes only a part, as
 * on a full disk.
 */
export function limitedTo(kibibytes: number): string[] {
  // Without the trap the kernel ends the program instead.
  return ["bash", "-c", 'trap "" XFSZ; ulimit -f "$0"; exec "$@"', String(kibibytes)];
}

const RIGHTS = "-dac_override,-dac_read_search,-fowner";

/**
 * The command that runs a program subject to file modes: empty for a normal user; `setpriv` for
 * root, to whom modes do not apply; `null` if root does not have that tool.
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
