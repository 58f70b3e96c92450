/** The result of a process. */
export interface Ended {
  readonly success: boolean;
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Options of {@linkcode runScript}. */
export interface ScriptOptions {
  readonly args?: readonly string[];
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  /** The command that runs Deno, such as a shell with a limit. The command line is appended. */
  readonly through?: readonly string[];
  /** The permissions of the script. @default {["-A"]} */
  readonly permissions?: readonly string[];
}

/** Returns the command line of a script, with the import map of this process. */
export function commandLine(
  script: string | URL,
  args: readonly string[] = [],
  permissions: readonly string[] = ["-A"],
): string[] {
  const importMap = Deno.env.get("FLAGSTONE_IMPORT_MAP") ?? "";
  return [
    Deno.execPath(),
    "run",
    "--no-prompt",
    ...permissions,
    ...(importMap === "" ? [] : [`--import-map=${importMap}`]),
    String(script),
    ...args,
  ];
}

/** Starts a script in its own process. The caller kills it or waits for its `status`. */
export function startScript(
  script: string | URL,
  options: ScriptOptions = {},
): Deno.ChildProcess {
  const [program, ...args] = [
    ...(options.through ?? []),
    ...commandLine(script, options.args, options.permissions),
  ];
  return new Deno.Command(program!, {
    args,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
  }).spawn();
}

/** Runs a script in its own process, and waits for its end. */
export async function runScript(
  script: string | URL,
  options: ScriptOptions = {},
): Promise<Ended> {
  const { stdout, stderr, ...ended } = await startScript(script, options).output();
  const decoder = new TextDecoder();
  return { ...ended, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}
