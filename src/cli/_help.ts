import { COMMANDS } from "./_commands.ts";
import type { Command, FlagSpec } from "./command.ts";

const CODES = `Exit codes:
  0    done
  1    findings, or nothing found
  2    a wrong command line, or a missing permission
  3    done in part, with counts on stderr
  10   no dataset
  11   another maintenance runs
  12   refused for safety
  130  interrupted
`;

/** Returns the list of commands. */
export async function overview(): Promise<string> {
  const entries = await Promise.all(
    Object.entries(COMMANDS).map(async ([name, load]) => ({ name, ...(await load()).command })),
  );
  const width = Math.max(...entries.map(({ name, usage }) => `${name} ${usage}`.length));
  const lines = entries.map(({ name, usage, summary }) =>
    `  ${`${name} ${usage}`.trim().padEnd(width)}  ${summary}`
  );
  return `flagstone: see, judge and export what was flagged

Usage: flagstone COMMAND …

${lines.join("\n")}

SOURCE is a directory, such as ./flagged, or s3://bucket/prefix.
"flagstone help COMMAND" shows the flags of a command, and an example.

${CODES}`;
}

/** Returns the help of a command. */
export function helpOf(name: string, { summary, usage, flags, example }: Command): string {
  const lines = Object.entries(flags).map(([flag, spec]) =>
    [flagOf(flag, spec), spec.help] as const
  );
  const width = Math.max(0, ...lines.map(([flag]) => flag.length));
  const shown = lines.map(([flag, help]) => `  ${flag.padEnd(width)}  ${help}`).join("\n");
  return `flagstone ${`${name} ${usage}`.trim()}: ${summary}
${shown === "" ? "" : `\nFlags:\n${shown}\n`}
Example:
  ${example}
`;
}

function flagOf(flag: string, { short, value }: FlagSpec): string {
  const long = flag.length === 1 ? `-${flag}` : `--${flag}`;
  return `${short === undefined ? "" : `-${short}, `}${long}${
    value === undefined ? "" : ` ${value}`
  }`;
}
