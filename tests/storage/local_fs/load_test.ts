import { assertEquals } from "@std/assert";
import { TempDir } from "../../helpers/temp_dir.ts";

const ROOT = new URL("../../../", import.meta.url);
const DISK = new URL("src/storage/local_fs/_local_disk.ts", ROOT).href;

/** The imports of this process, with another module in place of the code for the local disk. */
function importMap(disk: string): string {
  const map = Deno.env.get("FLAGSTONE_IMPORT_MAP") ?? "";
  const text = map === ""
    ? Deno.readTextFileSync(new URL("deno.json", ROOT))
    : decodeURIComponent(map.slice(map.indexOf(",") + 1));
  const imports = { ...JSON.parse(text).imports, [DISK]: disk };
  return `data:application/json,${encodeURIComponent(JSON.stringify({ imports }))}`;
}

/** Runs calls of a new process that start together; returns the code and outcome of each end. */
async function endsOfFirstCalls(root: string, disk: string): Promise<unknown> {
  const code = `
    const { LocalFsAdapter } = await import(${JSON.stringify(new URL("mod.ts", ROOT).href)});
    const storage = new LocalFsAdapter({ root: ${JSON.stringify(root)} });
    const control = new AbortController();
    const calls = [
      storage.write("a", new Uint8Array(3)),
      storage.append("b", new Uint8Array(4), { at: 0 }),
      storage.write("c", new Uint8Array(5), { signal: control.signal }),
      storage.stat("none"),
      Array.fromAsync(storage.list({ prefix: "none" })),
    ];
    control.abort();
    const ends = await Promise.allSettled(calls);
    console.log(JSON.stringify(ends.map(({ value, reason }) =>
      reason === undefined ? value?.size ?? value : [reason.code, reason.outcome]
    )));`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", `--import-map=${importMap(disk)}`, code],
    cwd: root,
  }).output();
  const said = new TextDecoder().decode(stdout);
  if (said === "") throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(said);
}

Deno.test("LocalFsAdapter honours an abort while the first calls load its code", async () => {
  await using root = new TempDir();
  const aborted = ["Aborted", "not-applied"];
  assertEquals(await endsOfFirstCalls(root.path, DISK), [3, 4, aborted, null, []]);
});

Deno.test("LocalFsAdapter is Unavailable when its code cannot be loaded", async () => {
  await using root = new TempDir();
  const ends = await endsOfFirstCalls(root.path, "file:///nowhere/missing.ts");
  assertEquals(ends, Array.from({ length: 5 }, () => ["Unavailable", "not-applied"]));
});
