import { commandLine } from "./deno.ts";

/**
 * A script that runs a server in its own process, so that its memory and its sockets are not
 * attributed to the code under test. It prints its URL. It ends when this process ends, however
 * that happens, because its standard input is closed then.
 */
export class ServerProcess implements AsyncDisposable {
  /** The URL that the script printed. */
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
      stderr: "null", // Deno prints warnings about install scripts there
    }).spawn();
    const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const { value = "" } = await reader.read();
    await reader.cancel();
    if (!value.startsWith("http")) {
      throw new Error(
        `The server did not start: run this command to see why: ${[program, ...rest].join(" ")}`,
      );
    }
    return new ServerProcess(process, value.trim());
  }

  /** Stops it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stdin.close();
    await this.#process.status;
  }
}
