import { commandLine } from "./deno.ts";

/**
 * A script that serves in a separate process, so that its memory and sockets are not mistaken
 * for those of the code under test. It prints its URL. It always ends with this process, because
 * its standard input does.
 */
export class ServerProcess implements AsyncDisposable {
  /** Its first line of output. */
  readonly url: string;
  readonly #process: Deno.ChildProcess;

  private constructor(process: Deno.ChildProcess, url: string) {
    this.#process = process;
    this.url = url;
  }

  /** Starts a script, and waits for its URL. */
  static async start(script: URL, args: readonly string[]): Promise<ServerProcess> {
    const [program = "", ...rest] = commandLine(script, args);
    const process = new Deno.Command(program, {
      args: rest,
      stdin: "piped",
      stdout: "piped",
      stderr: "null", // Deno warns there of packages' scripts that it does not run
    }).spawn();
    const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const { value = "" } = await reader.read();
    await reader.cancel();
    if (!value.startsWith("http")) {
      throw new Error(`It did not start: see what this says: ${[program, ...rest].join(" ")}`);
    }
    return new ServerProcess(process, value.trim());
  }

  /** Stops it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stdin.close();
    await this.#process.status;
  }
}
