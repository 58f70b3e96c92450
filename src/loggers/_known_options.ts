import type { LoggerOptions } from "./logger_options.ts";

const COMMON = [
  ...["storage", "verbose", "onNotice", "now", "timestamp", "maxPartBytes", "segments", "probe"],
  "retry",
];

/** Returns options, after a look for names that the logger does not know. */
export function known<Options extends LoggerOptions>(
  options: Options,
  ...more: readonly (keyof Options & string)[]
): Options {
  const names = [...COMMON, ...more];
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown === undefined || typeof options !== "object") return options;
  throw new TypeError(
    `Cannot create a logger as it has no option ${JSON.stringify(unknown)}: the options are ` +
      names.join(", "),
  );
}
