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

const SCRIPT = new URL("gradio_flag.py", import.meta.url);

/** Runs Gradio's own logger at these sizes, or resolves with `null` where there is no Gradio. */
export async function measureGradio(
  sizes: readonly number[],
): Promise<ReadonlyMap<number, number> | null> {
  await using dir = new TempDir();
  for (const rows of sizes) {
    Deno.mkdirSync(`${dir.path}/${rows}`);
    if (rows > 0) writeDataset(`${dir.path}/${rows}/dataset1.csv`, rows);
  }
  try {
    const { success, stdout } = await new Deno.Command("python3", {
      args: [Deno.realPathSync(SCRIPT), dir.path, ...sizes.map(String)],
      stderr: "null",
    }).output();
    if (!success) return null;
    const lines = new TextDecoder().decode(stdout).trimEnd().split("\n");
    return new Map<number, number>(JSON.parse(lines.at(-1)!));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null; // no python3
    throw error;
  }
}
