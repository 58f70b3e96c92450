import type { Cell, CellContext, FileSource } from "./component.ts";
import { type FileData, toFileData } from "./file_data.ts";
import { hasToJson, jsonCell, walkValue } from "./_json_cell.ts";

/** Whether a value holds bytes, which JSON cannot represent. */
export function isFileSource(value: unknown): value is FileSource {
  return value instanceof Blob || value instanceof Uint8Array || value instanceof ReadableStream;
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  "text/plain": "txt",
  "image/svg+xml": "svg",
  "audio/mpeg": "mp3",
};

function extensionOf(mediaType: string): string {
  const essence = mediaType.split(";", 1)[0]!.trim();
  const extension = EXTENSIONS[essence] ?? /^[a-z]+\/([a-z0-9]{1,5})$/.exec(essence)?.[1];
  return extension === undefined ? "" : `.${extension}`;
}

/** Returns the name of a file; without a name, one that its media type suggests. */
function nameOf(source: FileSource): string {
  if (source instanceof File && source.name !== "") return source.name;
  return `file${source instanceof Blob ? extensionOf(source.type) : ""}`;
}

function sizeOf(source: FileSource): number | null {
  if (source instanceof Blob) return source.size;
  return source instanceof Uint8Array ? source.length : null;
}

/** Stores bytes next to the dataset and describes the copy. */
export async function saveSource(source: FileSource, context: CellContext): Promise<FileData> {
  const name = nameOf(source);
  return toFileData(await context.saveFile(source, name), {
    orig_name: source instanceof File ? name : null,
    mime_type: source instanceof Blob && source.type !== "" ? source.type : null,
    size: sizeOf(source),
  });
}

/** Returns the files in a value, at any depth. Does not look inside files. */
export function filesIn<T extends object>(
  value: unknown,
  isFile: (object: object) => object is T,
): Set<T> {
  const found = new Set<T>();
  walkValue(value, (part) => {
    const isOne = typeof part === "object" && part !== null && isFile(part);
    if (isOne) found.add(part);
    return !isOne && !hasToJson(part);
  });
  return found;
}

/** Stores files and returns the cell of the value that holds them. */
export async function cellWithFiles<T extends object>(
  value: unknown,
  context: CellContext,
  found: Iterable<T>,
  save: (file: T) => Promise<FileData>,
): Promise<Cell> {
  const saved = new Map<object, FileData>();
  for (const file of found) saved.set(file, await save(file));
  const { column, simplifyFileData } = context;
  return jsonCell(value, { column, simplifyFileData, replace: (object) => saved.get(object) });
}
