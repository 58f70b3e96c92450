const PROGRAM = `
import csv, json, sys
csv.field_size_limit(2**31 - 1)
for path in json.load(sys.stdin):
    with open(path, encoding="utf-8-sig", newline="") as file:
        print(json.dumps([row for row in csv.reader(file, strict=True) if row]))
`;

/** Whether there is a Python to read with. */
export function hasPython(): boolean {
  try {
    return new Deno.Command("python3", { args: ["--version"] }).outputSync().success;
  } catch {
    return false;
  }
}

/** The records of files as Python's csv module reads them when it is strict; blank lines are none. */
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
