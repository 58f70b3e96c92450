import { run } from "../../src/cli/_run.ts";

/** What a command printed, and its exit code. */
export interface Printed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Options of {@linkcode flagstone}. */
export interface LineOptions {
  /** The width of a terminal; without it, the output goes into pipes. */
  readonly columns?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Runs a command line in this process. */
export async function flagstone(
  args: readonly string[],
  { columns, env = {}, signal = new AbortController().signal }: LineOptions = {},
): Promise<Printed> {
  const printed = { stdout: "", stderr: "" };
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  const output = (name: "stdout" | "stderr") => ({
    isTerminal: columns !== undefined,
    write: (bytes: Uint8Array) => {
      printed[name] += decoders[name].decode(bytes, { stream: true });
      return Promise.resolve();
    },
  });
  const around = {
    stdout: output("stdout"),
    stderr: output("stderr"),
    columns: columns ?? 80,
    env: (name: string) => env[name],
  };
  const code = await run(args, around, signal);
  return { code, ...printed };
}
