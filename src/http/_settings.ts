import type { FlagOption } from "../buttons/flag_method.ts";
import type { DescribedOption } from "../feedback/description.ts";
import { type FeedbackColumn, FeedbackLogger } from "../loggers/feedback_logger.ts";
import type { Fields } from "../loggers/keyed_fields.ts";
import type { UploadSigner } from "../storage/kit/upload_signer.ts";
import { defined } from "../storage/kit/defined.ts";
import { type Limiter, memoryLimiter } from "./limiter.ts";
import type { FeedbackFilesOptions, FeedbackOptions } from "./options.ts";
import type { Origins } from "./_origins.ts";
import { refuseShortSecret } from "./_sealed.ts";

/** The limits of files, with their defaults. */
export type FileLimits = { readonly [Name in keyof FeedbackFilesOptions]-?: number };

/** The options of an endpoint, checked and with their defaults. */
export interface Settings {
  readonly logger: FeedbackLogger;
  readonly base: string;
  readonly options: readonly DescribedOption[];
  readonly reasons: Readonly<Record<string, readonly DescribedOption[]>>;
  readonly comment: { readonly for: readonly string[]; readonly maxLength: number } | null;
  readonly undo: boolean;
  readonly secrets: readonly string[];
  readonly accepts: "tickets" | "data" | "both";
  readonly identify: FeedbackOptions["identify"];
  readonly origins: Origins;
  readonly limiter: Limiter | null;
  readonly addressHeader: string | undefined;
  readonly maxBodyBytes: number;
  readonly bodyTimeoutMs: number;
  readonly files: FileLimits | null;
  readonly signer: UploadSigner | undefined;
  readonly read: FeedbackOptions["read"];
  readonly thanks: string;
  readonly report: (error: unknown) => void;
  readonly now: () => number;
}

const MIB = 1024 * 1024;
const FILES: FileLimits = {
  maxBytes: 4 * MIB,
  maxTotalBytes: 8 * MIB,
  maxInFlightBytes: 32 * MIB,
  maxUploadBytes: 100 * MIB,
};

function wrong(why: string): TypeError {
  return new TypeError(`Cannot create a feedback endpoint as ${why}`);
}

/** Returns the options of an endpoint, checked and with their defaults. */
export function settingsOf<F extends Fields>(given: FeedbackOptions<F>): Settings {
  const options = described(given.options, "options");
  if (options.length === 0) throw wrong("its `options` are empty: list the verdicts");
  const values = options.map(({ value }) => value);
  const reasons = reasonsOf(given.reasons ?? {}, values);
  const comment = given.comment === undefined
    ? null
    : { for: given.comment.for, maxLength: given.comment.maxLength ?? 2000 };
  const other = comment?.for.find((option) => !values.includes(option));
  if (other !== undefined) {
    throw wrong(`its comment is for ${JSON.stringify(other)}, which is no option`);
  }
  const secrets = given.secret === undefined ? [] : [given.secret].flat();
  secrets.forEach(refuseShortSecret);
  const accepts = given.accepts ?? (secrets.length > 0 ? "tickets" : "data");
  if (accepts !== "data" && secrets.length === 0) throw wrong("tickets need a `secret`");
  const logger = loggerOf(given);
  const undo = given.undo ?? logger.columns.includes("replaces");
  const base = pathOf("base", given.base ?? "/feedback").replace(/\/$/, "");
  const wanted = { reason: given.reasons !== undefined, comment: comment !== null, replaces: undo };
  for (const [column, isWanted] of Object.entries(wanted)) {
    if (!isWanted || logger.columns.includes(column as FeedbackColumn)) continue;
    throw wrong(`its logger has no column ${JSON.stringify(column)}`);
  }
  const { maxBodyBytes = 65_536, bodyTimeoutMs = 30_000, addressHeader, limit } = given;
  return {
    logger,
    base,
    options,
    reasons,
    comment,
    undo,
    secrets,
    accepts,
    identify: given.identify,
    origins: originsOf(given),
    limiter: limit === undefined ? memoryLimiter() : limit,
    addressHeader,
    maxBodyBytes,
    bodyTimeoutMs,
    files: filesOf(given.files, logger),
    signer: given.uploads,
    read: given.read,
    thanks: given.thanks === undefined ? `${base}/thanks` : pathOf("thanks", given.thanks),
    report: reporter(given.onError),
    now: given.now ?? Date.now,
  };
}

function described(options: readonly FlagOption[], name: string): DescribedOption[] {
  if (!Array.isArray(options)) {
    throw wrong(`its \`${name}\` must be a list, such as ["good", "bad"]`);
  }
  const all = options.map((option: FlagOption) =>
    typeof option === "string"
      ? { value: option, label: option }
      : { value: option[1], label: option[0] }
  );
  const empty = all.find(({ value }) => typeof value !== "string" || value === "");
  if (empty !== undefined) throw wrong(`one of its \`${name}\` is empty, which is a withdrawal`);
  return all;
}

function reasonsOf(
  reasons: Readonly<Record<string, readonly FlagOption[]>>,
  values: readonly string[],
): Record<string, DescribedOption[]> {
  const entries = Object.entries(reasons).map(([option, list]) => {
    if (!values.includes(option)) {
      throw wrong(`it has reasons for ${JSON.stringify(option)}, which is no option`);
    }
    return [option, described(list, "reasons")] as const;
  });
  return Object.fromEntries(entries);
}

/** Returns the logger that is given, or a new one with the columns that are used. */
function loggerOf<F extends Fields>(given: FeedbackOptions<F>): FeedbackLogger {
  const { logger, components, storage, directory, segments, flaggingMode, sampleRate, redact } =
    given;
  if ((logger === undefined) === (components === undefined)) {
    throw wrong("it needs either a `logger`, or the `components` of one");
  }
  const own = { storage, directory, segments, flaggingMode, sampleRate, redact };
  if (logger !== undefined) {
    const [name] = Object.keys(defined(own));
    if (name !== undefined) throw wrong(`\`${name}\` is an option of the logger: pass it there`);
    return logger as unknown as FeedbackLogger;
  }
  const columns: FeedbackColumn[] = ["subject"];
  if (given.reasons !== undefined) columns.push("reason");
  if (given.comment !== undefined) columns.push("comment");
  if (given.undo !== false) columns.push("replaces");
  return new FeedbackLogger(components!, { ...own, columns }) as unknown as FeedbackLogger;
}

function originsOf(
  { origin, origins = [] }: Pick<FeedbackOptions, "origin" | "origins">,
): Origins {
  const own = origin === undefined ? undefined : checkedOrigin(origin);
  if (typeof origins === "function") {
    return { own, isListed: (one) => origins(one) === true };
  }
  const listed = new Set(origins.map(checkedOrigin));
  return { own, isListed: (one) => listed.has(one) };
}

/** Returns an origin, which has neither a path nor a final slash. */
function checkedOrigin(origin: string): string {
  const meant = URL.canParse(origin) ? new URL(origin).origin : undefined;
  if (meant === origin) return origin;
  const hint = meant === undefined || meant === "null" ? "https://app.example" : meant;
  throw wrong(`${JSON.stringify(origin)} is not an origin: did you mean ${JSON.stringify(hint)}?`);
}

function pathOf(name: string, path: string): string {
  if (/^\/(?![/\\])[^?#\\]*$/.test(path)) return path;
  throw wrong(
    `its \`${name}\` must be a path on this origin: current value is ${JSON.stringify(path)}`,
  );
}

function filesOf(files: FeedbackFilesOptions | false | undefined, logger: FeedbackLogger) {
  const hold = Object.values(logger.components).some(({ holdsFiles }) => holdsFiles !== undefined);
  if (files === false || !hold) return null;
  return { ...FILES, ...defined(files ?? {}) };
}

function reporter(onError: FeedbackOptions["onError"]): (error: unknown) => void {
  return async (error) => {
    try {
      // deno-lint-ignore no-console -- an error that nobody sees would be worse
      await (onError ?? console.error)(error);
    } catch {
      // as documented for hooks
    }
  };
}
