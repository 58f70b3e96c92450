import { isFileData } from "../components/file_data.ts";
import type { OperationOptions, ReadResult, StorageAdapter } from "../storage/storage_adapter.ts";
import { isValidKey } from "../storage/validate_key.ts";
import type { FileRef } from "./sample.ts";

const MAX_CELL = 4096;
/** Members of JSON that hold texts, never paths. */
const TEXTS = new Set([
  "url",
  "orig_name",
  "caption",
  "alt_text",
  "mime_type",
  "meta",
  "label",
  "content",
  "role",
]);

/** Where the paths of cells are resolved. */
export interface FilePlace {
  readonly storage: StorageAdapter;
  /** The dataset's directory: empty, or with its slash. */
  readonly directory: string;
  /** The name of the directory, which Gradio's paths contain; empty if it is unknown. */
  readonly directoryName: string;
}

/** A path in a cell. */
interface NamedPath {
  readonly path: string;
  /** The original name of the file, if the cell has it. */
  readonly name: string | undefined;
}

/** Returns the files that a cell names and that exist, in their order. */
export async function filesIn(
  cell: string,
  { column, ...place }: FilePlace & { readonly column: string },
): Promise<FileRef[]> {
  const { storage } = place;
  const found: FileRef[] = [];
  for (const { path, name } of pathsIn(cell)) {
    for (const key of candidateKeys(path, place)) {
      const info = await storage.stat(key);
      if (info === null) continue;
      found.push({
        column,
        key,
        name: name ?? key.slice(key.lastIndexOf("/") + 1),
        size: info.size,
        read: (options?: OperationOptions): Promise<ReadResult | null> =>
          storage.read(key, options),
      });
      break;
    }
  }
  return found;
}

/** The texts of a cell that may be paths: itself, or the strings in its JSON. */
export function pathsIn(cell: string): NamedPath[] {
  if (cell[0] !== "[" && cell[0] !== "{" && cell[0] !== '"') {
    return [{ path: cell, name: undefined }];
  }
  let value: unknown;
  try {
    value = JSON.parse(cell);
  } catch {
    return [{ path: cell, name: undefined }];
  }
  return [...stringsIn(value)];
}

function* stringsIn(value: unknown): Generator<NamedPath, void, undefined> {
  if (typeof value === "string") yield { path: value, name: undefined };
  else if (Array.isArray(value)) { for (const item of value) yield* stringsIn(item); }
  else if (isFileData(value)) yield { path: value.path, name: value.orig_name ?? undefined };
  else if (typeof value === "object" && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      if (!TEXTS.has(name)) yield* stringsIn(member);
    }
  }
}

/**
 * The keys that a path of a cell may mean, the likeliest first: Gradio's paths contain the directory, as
 * it was on any machine; those of this package begin below it.
 */
export function candidateKeys(
  path: string,
  { directory, directoryName }: Pick<FilePlace, "directory" | "directoryName">,
): string[] {
  if (path === "" || path.length > MAX_CELL || /[\n\0]/.test(path)) return [];
  if (/^[a-z][a-z\d+.-]+:/i.test(path)) return []; // a scheme; a drive has one letter
  const segments = path.split(path.includes("\\") ? /[/\\]/ : "/");
  const found: string[] = [];
  const add = (rest: readonly string[]) => {
    const key = directory + rest.join("/");
    const isBelow = rest.length > 0 && rest.every((segment) => !/^\.{0,2}$/.test(segment));
    if (isBelow && isValidKey(key) && !found.includes(key)) found.push(key);
  };
  const names = directoryName === "" ? [] : directoryName.split("/");
  for (let at = segments.length - 2; at >= names.length - 1 && names.length > 0; at--) {
    const isHere = names.every((name, i) => segments[at - names.length + 1 + i] === name);
    if (isHere) add(segments.slice(at + 1));
  }
  const isRelative = segments[0] !== "" && !/^[a-z]:/i.test(path);
  if (isRelative && segments.length > 1) add(segments);
  return found;
}

/**
 * The name of a dataset's directory in Gradio's paths: its last segment, or its last two if the last is
 * a number, as for cached examples.
 */
export function directoryNameOf(path: string): string {
  const segments = path.split(/[/\\]/).filter((segment) => segment !== "" && segment !== ".");
  return segments.slice(/^\d+$/.test(segments.at(-1) ?? "") ? -2 : -1).join("/");
}
