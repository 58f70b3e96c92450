import type { Command, Context } from "./command.ts";
import { CommandError, EXIT } from "./exit.ts";

/** Prints a script for a shell. */
export const command: Command = {
  summary: "print a script that completes commands and flags in bash, zsh or fish",
  usage: "SHELL",
  flags: {},
  example: "flagstone completions bash > /etc/bash_completion.d/flagstone",
  async run({ args: [shell], terminal, commands }) {
    const make = shell !== undefined && Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined;
    if (make === undefined) throw new CommandError("Name a shell: bash, zsh or fish");
    await terminal.print(make(await words(commands)));
    return EXIT.done;
  },
};

/** The commands with their summaries and flags. */
type Words = readonly (readonly [name: string, summary: string, flags: readonly string[]])[];

async function words(commands: Context["commands"]): Promise<Words> {
  return await Promise.all(
    Object.entries(commands).map(async ([name, load]) => {
      const { command: { summary, flags } } = await load();
      const own = Object.keys(flags).map((flag) => flag.length === 1 ? `-${flag}` : `--${flag}`);
      return [name, summary, [...own, "--help"]] as const;
    }),
  );
}

const SHELLS: Readonly<Record<string, (words: Words) => string>> = { bash, zsh, fish };

function bash(words: Words): string {
  const cases = words.map(([name, , flags]) => `    ${name}) words="${flags.join(" ")}" ;;`).join(
    "\n",
  );
  return `_flagstone() {
  local words
  if [ "$COMP_CWORD" -eq 1 ]; then words="${words.map(([name]) => name).join(" ")}"
  else case "\${COMP_WORDS[1]}" in
${cases}
  esac; fi
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _flagstone flagstone
`;
}

function zsh(words: Words): string {
  return `#compdef flagstone
autoload -U +X bashcompinit && bashcompinit
${bash(words)}`;
}

function fish(words: Words): string {
  const quote = (text: string) => `'${text.replace(/['\\]/g, "\\$&")}'`;
  return words.flatMap(([name, summary, flags]) => [
    `complete -c flagstone -n __fish_use_subcommand -a ${name} -d ${quote(summary)}`,
    ...flags.map((flag) =>
      flag.startsWith("--")
        ? `complete -c flagstone -n '__fish_seen_subcommand_from ${name}' -l ${flag.slice(2)}`
        : `complete -c flagstone -n '__fish_seen_subcommand_from ${name}' -s ${flag.slice(1)}`
    ),
  ]).join("\n") + "\n";
}
