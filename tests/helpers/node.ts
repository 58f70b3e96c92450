import { bundle } from "./bundle.ts";
import { TempDir } from "./temp_dir.ts";

/** The oldest release of Node.js that the package runs on. */
const RELEASE = 22;

/** Returns the command that runs Node.js: that of this machine, or one from npm if it is too old. */
async function nodeCommand(): Promise<readonly [string, ...string[]]> {
  const { stdout } = await new Deno.Command("node", { args: ["--version"] }).output();
  const [, major = "0"] = /^v(\d+)/.exec(new TextDecoder().decode(stdout)) ?? [];
  return Number(major) >= RELEASE ? ["node"] : ["npx", "-y", `node@${RELEASE}`];
}

/** A server in Node.js, in its own process. */
export class NodeServer implements AsyncDisposable {
  /** The origin of the URL that the script printed. */
  readonly origin: string;
  readonly #process: Deno.ChildProcess;
  readonly #dir: TempDir;

  private constructor(process: Deno.ChildProcess, origin: string, dir: TempDir) {
    this.#process = process;
    this.origin = origin;
    this.#dir = dir;
  }

  /** Bundles a module, starts it, and waits for the URL that it prints. It ends when stdin closes. */
  static async start(module: URL, env: Record<string, string> = {}): Promise<NodeServer> {
    const dir = new TempDir();
    const script = `${dir.path}/server.mjs`;
    const onEnd = "process.stdin.on('end', () => process.exit()).resume();\n";
    await Deno.writeTextFile(script, onEnd + await bundle(module, "node"));
    const [program, ...args] = await nodeCommand();
    const process = new Deno.Command(program, {
      args: [...args, script],
      env,
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const { value = "" } = await reader.read();
    await reader.cancel();
    if (!value.startsWith("http")) throw new Error(`Node.js did not start ${module}`);
    const origin = new URL(value.trim()).origin.replace("localhost", "127.0.0.1"); // tests may reach only it
    return new NodeServer(process, origin, dir);
  }

  /** Stops it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stdin.close();
    await this.#process.status;
    await this.#dir[Symbol.asyncDispose]();
  }
}
