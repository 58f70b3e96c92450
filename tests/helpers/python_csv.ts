const PROGRAM = `
import csv, json, sys
csv.field_size_limit(2**31 - 1)
for path in json.load(sys.stdin):
    with open(path, encoding="utf-8-sig", newline="") as file:
        print(json.dumps([row for row in csv.reader(file, strict=True) if row]))
`;

/** Whether Python is installed. */
export function hasPython(): boolean {
  try {
    return new Deno.Command("python3", { args: ["--version"] }).outputSync().success;
  } catch {
    return false;
  }
}

/**
 * Returns the records that Python's csv module reads from files in strict mode, without blank
 * lines.
 */
export async function readByPython(paths: readonly string[]): Promise<string[][][]> {
  const command = new Deno.Command("python3", {
    args: ["-c", PROGRAM],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
  const child = command.spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(paths)));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim().split("\n").map((line) => JSON.parse(line));
}
