// Brings a result into a form without the differences that are allowed.
import { respellJson } from "./_cells.ts";
import { bytesOf, type GoldenResult } from "./_goldens.ts";
import type { Observed } from "./_stage.ts";

/** A timestamp, as `str(datetime.datetime.now())` writes it, always with six digits. */
export const TIMESTAMP: RegExp = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}/;

const RANDOM_NAME = /(?<=\/)(?:[0-9a-f]{20}|<HEX\d+>)(?=\/|$)/g;

/** A result in which equal things are equal texts. */
export interface Comparable {
  readonly dirExists: boolean;
  /** The contents of the files, by their paths. */
  readonly files: Readonly<Record<string, string>>;
  readonly dirs: readonly string[] | null;
  readonly outside: readonly string[];
}

/** The result that a golden expects, in the form of an observed one. */
export function toObserved(result: GoldenResult): Observed {
  return {
    dirExists: result.dir_exists,
    files: result.files.map((file) => ({ path: file.path, bytes: bytesOf(file) })),
    dirs: result.dirs,
    outside: result.outside ?? [],
  };
}

function legible(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return `base64:${bytes.toBase64()}`;
  }
}

function masked(path: string): string {
  return path.replace(RANDOM_NAME, "<HEX>");
}

function byText(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

/** Numbers random names in the order of their first use. */
function numbering(): (text: string) => string {
  const numbers = new Map<string, number>();
  return (text) =>
    text.replace(RANDOM_NAME, (name) => {
      if (!numbers.has(name)) numbers.set(name, numbers.size + 1);
      return `<HEX${numbers.get(name)}>`;
    });
}

/**
 * The comparable form of a result. Random names are numbered as the rows name them; of copies that no
 * row names, equal ones need not be distinguished.
 */
export function toComparable(result: Observed): Comparable {
  const renumber = numbering();
  const files = result.files
    .map(({ path, bytes }) => ({ path, text: legible(bytes) }))
    .sort((one, other) => {
      const isCopy = Number(masked(one.path) !== one.path) -
        Number(masked(other.path) !== other.path);
      return isCopy || byText(masked(one.path) + one.text, masked(other.path) + other.text);
    })
    .map(({ path, text }) => {
      const table = renumber(respellJson(text)).replace(new RegExp(TIMESTAMP, "g"), "<TS>");
      return [renumber(path), masked(path) === path ? table : text];
    });
  return {
    dirExists: result.dirExists,
    files: Object.fromEntries(files),
    dirs: result.dirs && result.dirs.map(renumber).sort(),
    outside: [...result.outside].sort(),
  };
}
