import { ClosedPipe, type Output, type Surroundings } from "./_terminal.ts";

const NARROW = 80;

/** The terminal, or the pipes, of this process. */
export function realSurroundings(): Surroundings {
  return {
    stdout: outputTo(Deno.stdout),
    stderr: outputTo(Deno.stderr),
    columns: columns(),
    env,
  };
}

function outputTo(stream: typeof Deno.stdout): Output {
  return {
    isTerminal: stream.isTerminal(),
    async write(bytes) {
      try {
        for (let at = 0; at < bytes.length;) at += await stream.write(bytes.subarray(at));
      } catch (error) {
        if (error instanceof Deno.errors.BrokenPipe) throw new ClosedPipe();
        throw error;
      }
    },
  };
}

/** The width of the terminal, which COLUMNS overrides. */
function columns(): number {
  const chosen = Number(env("COLUMNS"));
  if (Number.isInteger(chosen) && chosen > 0) return chosen;
  try {
    return Deno.consoleSize().columns || NARROW;
  } catch {
    return NARROW;
  }
}

/** A variable, if Deno may read it without asking. */
function env(name: string): string | undefined {
  if (Deno.permissions.querySync({ name: "env", variable: name }).state !== "granted") {
    return undefined;
  }
  return Deno.env.get(name);
}
