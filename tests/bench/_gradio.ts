import { fromFileUrl } from "@std/path/from-file-url";
import { linesOf } from "../helpers/lines.ts";
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

/** The file work of Gradio's logger in Python, in a process that runs a round at a time. */
export class PythonPeer implements AsyncDisposable {
  /** The median microseconds of a flag, by round. */
  readonly roundMedians: number[] = [];
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: AsyncGenerator<string, void, undefined>;

  private constructor(process: Deno.ChildProcess) {
    this.#process = process;
    this.#input = process.stdin.getWriter();
    this.#lines = linesOf(process.stdout);
  }

  /** Starts Python with a directory and the flags of a round; `null` if there is no Python. */
  static start(directory: string, flags: number): PythonPeer | null {
    const script = fromFileUrl(new URL("python_flag.py", import.meta.url));
    try {
      const command = new Deno.Command("python3", {
        args: [script, directory, String(flags)],
        stdin: "piped",
        stdout: "piped",
        stderr: "inherit",
      });
      return new PythonPeer(command.spawn());
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return null;
      throw error;
    }
  }

  /** Runs one round, and records its median if it is to be kept. */
  async round(keep: boolean): Promise<void> {
    await this.#input.write(new TextEncoder().encode("\n"));
    const { value } = await this.#lines.next();
    if (value === undefined) throw new Error("python_flag.py ended early: see its error above");
    if (keep) this.roundMedians.push(Number(value));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close();
    await this.#lines.return();
    await this.#process.status;
  }
}
