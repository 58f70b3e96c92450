import { parseArgs } from "@std/cli/parse-args";
import { DatasetNotFoundError } from "../reader/dataset_not_found_error.ts";
import { DamageError } from "../reader/damage.ts";
import { isStorageError } from "../storage/storage_error.ts";
import { COMMANDS } from "./_commands.ts";
import { type Command, Flags, type FlagSpec } from "./command.ts";
import { ClosedPipe, type Surroundings, Terminal } from "./_terminal.ts";
import { CommandError, EXIT } from "./exit.ts";
import { helpOf, overview } from "./_help.ts";
import { nearest } from "./_nearest.ts";

/** The flags of every command. */
export const COMMON: Readonly<Record<string, FlagSpec>> = {
  help: { short: "h", help: "show this help" },
  "no-progress": { help: "show no progress" },
};

/** Runs a command line, and returns the exit code. */
export async function run(
  args: readonly string[],
  around: Surroundings,
  signal: AbortSignal,
): Promise<number> {
  const terminal = new Terminal(around, { progress: !args.includes("--no-progress") });
  try {
    return await dispatch(args, terminal, signal);
  } catch (error) {
    if (error instanceof ClosedPipe) return EXIT.done;
    await terminal.clear();
    if (signal.aborted) return EXIT.interrupted;
    await terminal.say(`flagstone: ${messageOf(error)}`);
    return codeOf(error);
  }
}

async function dispatch(
  args: readonly string[],
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const [name = "help", ...rest] = args;
  if (name === "help" || name === "--help" || name === "-h") {
    const about = rest.find((arg) => !arg.startsWith("-"));
    if (about === undefined) await terminal.print(await overview());
    else await terminal.print(helpOf(about, await commandOf(about)));
    return EXIT.done;
  }
  if (name === "--version" || name === "version") {
    const { VERSION } = await import("./_version.ts");
    await terminal.print(`flagstone ${VERSION}\n`);
    return EXIT.done;
  }
  const command = await commandOf(name);
  const { positional, flags } = parsed(name, command, rest);
  if (flags.has("help")) {
    await terminal.print(helpOf(name, command));
    return EXIT.done;
  }
  return await command.run({ args: positional, flags, terminal, signal, commands: COMMANDS });
}

async function commandOf(name: string): Promise<Command> {
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (load !== undefined) return (await load()).command;
  const near = nearest(name, Object.keys(COMMANDS));
  throw new CommandError(
    `There is no command "${name}"${near ? `: did you mean "${near}"?` : ""} (flagstone help)`,
  );
}

function parsed(name: string, { flags, usage }: Command, args: readonly string[]) {
  const all: Readonly<Record<string, FlagSpec>> = { ...flags, ...COMMON };
  const names = Object.entries(all);
  const withValue = names.filter(([, { value }]) => value !== undefined).map(([flag]) => flag);
  const values = parseArgs([...args], {
    boolean: names.filter(([, { value }]) => value === undefined).map(([flag]) => flag),
    string: ["_", ...withValue],
    collect: names.filter(([, { many }]) => many).map(([flag]) => flag),
    alias: Object.fromEntries(
      names.flatMap(([flag, { short }]) => short === undefined ? [] : [[short, flag]]),
    ),
    unknown: (arg) => {
      if (!arg.startsWith("-") || arg === "-") return true;
      const near = nearest(arg.replace(/^-+|=.*/g, ""), Object.keys(all));
      throw new CommandError(
        `"${name}" has no flag ${arg}${
          near ? `: did you mean --${near}?` : ""
        } (flagstone help ${name})`,
      );
    },
  });
  const empty = withValue.find((flag) => [values[flag]].flat().includes(""));
  if (empty !== undefined && empty !== "search") throw new CommandError(`--${empty} needs a value`);
  const positional = values._.map(String);
  const most = usage.split(" ").filter((word) => word !== "").length;
  if (positional.length > most) {
    throw new CommandError(
      `"${name}" takes ${usage || "no argument"}, not "${positional.join(" ")}"`,
    );
  }
  return { positional, flags: new Flags(values) };
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { name, message } = error;
  const isExpected = error instanceof CommandError || error instanceof DatasetNotFoundError ||
    error instanceof DamageError || isStorageError(error) || name === "TypeError" ||
    name === "RangeError" ||
    name === "NotCapable" || error instanceof Deno.errors.NotFound ||
    error instanceof Deno.errors.PermissionDenied || name === "MaintenanceRunningError";
  return isExpected ? message : error.stack ?? message;
}

function codeOf(error: unknown): number {
  if (error instanceof CommandError) return error.code;
  if (error instanceof DatasetNotFoundError) return EXIT.noDataset;
  if (error instanceof DamageError) return EXIT.findings;
  if (error instanceof Error && error.name === "MaintenanceRunningError") return EXIT.busy;
  if (error instanceof TypeError || error instanceof RangeError) return EXIT.usage;
  return EXIT.findings;
}
