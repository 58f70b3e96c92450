import type { LoggerOptions } from "./logger_options.ts";

const COMMON =
  "storage verbose onNotice now timestamp formulas asciiNames refuseEmpty maxPartBytes segments probe retry maxBacklog"
    .split(" ");

/** Returns the options of a logger. Throws a TypeError if one of them is unknown. */
export function known<Options extends LoggerOptions>(
  options: Options,
  ...more: readonly string[]
): Options {
  // The base class reports a string, because a directory is the likely mistake.
  if (typeof options === "object") refuseUnknown("create a logger", options, [...COMMON, ...more]);
  return options;
}

/** Throws a TypeError unless the options of a sample are an object with these names only. */
export function refuseOtherOptions(options: object, names: readonly string[]): void {
  const action = "flag the sample";
  if (Object(options) === options) return refuseUnknown(action, options, names);
  throw new TypeError(
    `Cannot ${action} as its options must be an object of ${names.join(", ")}: current value is ` +
      JSON.stringify(options),
  );
}

function refuseUnknown(action: string, options: object, names: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  const meant = closest(unknown, names);
  throw new TypeError(
    `Cannot ${action} as there is no option ${JSON.stringify(unknown)}: ` +
      `${meant ? `did you mean ${JSON.stringify(meant)}? T` : "t"}he options are ` +
      names.join(", "),
  );
}

/** Returns the first name that begins like a mistyped one. */
function closest(typed: string, names: readonly string[]): string | undefined {
  const start = (name: string) => name.slice(0, 3).toLowerCase();
  return names.find((name) => start(name) === start(typed));
}
