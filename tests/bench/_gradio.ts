import { fromFileUrl } from "@std/path/from-file-url";
import { TempDir } from "../helpers/temp_dir.ts";
import { writeDataset } from "./_samples.ts";

/** Runs a Python script of this directory; `null` if it fails, or there is no Python. */
async function runPython(script: string, args: readonly string[]): Promise<string | null> {
  try {
    const { success, stdout } = await new Deno.Command("python3", {
      args: [fromFileUrl(new URL(script, import.meta.url)), ...args],
      stderr: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout).trimEnd() : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Runs Gradio's own logger at these sizes, or returns `null` if there is no Gradio. */
export async function measureGradio(
  sizes: readonly number[],
): Promise<ReadonlyMap<number, number> | null> {
  await using dir = new TempDir();
  for (const rows of sizes) {
    Deno.mkdirSync(`${dir.path}/${rows}`);
    if (rows > 0) writeDataset(`${dir.path}/${rows}/dataset1.csv`, rows);
  }
  const said = await runPython("gradio_flag.py", [dir.path, ...sizes.map(String)]);
  return said === null ? null : new Map<number, number>(JSON.parse(said.split("\n").at(-1)!));
}

/** Returns the microseconds of Gradio's file work alone in Python; `null` if there is no Python. */
export async function measurePython(): Promise<number | null> {
  await using dir = new TempDir();
  const said = await runPython("python_flag.py", [dir.path]);
  return said === null ? null : Number(said);
}
