import { fromFileUrl } from "@std/path/from-file-url";
import { TempDir } from "../helpers/temp_dir.ts";
import { writeDataset } from "./_samples.ts";

/** Milliseconds a flag of Gradio 6.25.0's CSVLogger by rows already there: 2 shared CPUs, ext4. */
export const RECORDED_GRADIO_MS: ReadonlyMap<number, number> = new Map([
  [0, 0.060],
  [1000, 0.842],
  [10_000, 9.09],
  [100_000, 143],
  [500_000, 1047],
]);

/** Runs a Python script of this directory; `null` where it fails, or there is no Python. */
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

/** Runs Gradio's own logger at these sizes, or resolves with `null` where there is no Gradio. */
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

/** The microseconds that Gradio's file work alone takes in Python; `null` where there is none. */
export async function measurePython(): Promise<number | null> {
  await using dir = new TempDir();
  const said = await runPython("python_flag.py", [dir.path]);
  return said === null ? null : Number(said);
}
