import { TempDir } from "./temp_dir.ts";

const ROOT = new URL("../../", import.meta.url);

/** A program of README or docs that serves, and how it is started. */
export interface Program {
  readonly code: string;
  /** The command of the page: `deno run`, its flags, and the name of the file. */
  readonly command: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Decodes what a stream of a process yields up to a pattern, and returns the match. */
async function waitFor(stream: ReadableStream<Uint8Array>, pattern: RegExp): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream.values({ preventCancel: true })) {
    text += decoder.decode(chunk, { stream: true });
    const [match] = pattern.exec(text) ?? [];
    if (match !== undefined) return match;
  }
  throw new Error(text);
}

/** A program as a process of its own, in an empty directory and on a free port. */
export class ProgramServer implements AsyncDisposable {
  /** The server's address, such as `http://127.0.0.1:49152/`. */
  readonly url: string;
  /** The directory in which it runs. */
  readonly directory: string;
  readonly #process: Deno.ChildProcess;
  readonly #dir: TempDir;

  private constructor(process: Deno.ChildProcess, url: string, dir: TempDir) {
    this.#process = process;
    this.url = url;
    this.directory = dir.path;
    this.#dir = dir;
  }

  /** Runs the program by the page's command, with its types checked. */
  static async start({ code, command, env = {} }: Program): Promise<ProgramServer> {
    const [deno, run, ...args] = command.trim().split(" ");
    if (deno !== "deno" || run !== "run") throw new Error(`${command} does not run a program`);
    const dir = new TempDir();
    await Deno.writeTextFile(`${dir.path}/${args.at(-1)}`, code);
    const importMap = Deno.env.get("FLAGSTONE_IMPORT_MAP") ?? "";
    const resolution = [
      `--config=${new URL("deno.json", ROOT).pathname}`,
      ...(importMap === "" ? [] : [`--import-map=${importMap}`]),
    ];
    const process = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--check", ...resolution, ...args],
      cwd: dir.path,
      env: { DENO_SERVE_ADDRESS: "tcp:127.0.0.1:0", NO_COLOR: "1", ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const url = await waitFor(process.stderr, /http:\/\/127\.0\.0\.1:\d+\//);
    return new ProgramServer(process, url, dir);
  }

  /** Stops it, and removes its directory. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill();
    await this.#process.stdout.cancel();
    await this.#process.stderr.cancel();
    await this.#process.status;
    await this.#dir[Symbol.asyncDispose]();
  }
}
