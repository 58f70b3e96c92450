import type { MarkedFiles, Open } from "./_marked_files.ts";
import type { Cell, CellContext, FileSource } from "./component.ts";
import { type FileData, toFileData } from "./file_data.ts";
import { DataUrl, isBlob } from "./file_source.ts";
import { isFileSource } from "./_find_files.ts";
import { cellOfJson } from "./_json_cell.ts";

/** Stores bytes next to the dataset and describes the copy. */
async function saveSource(source: FileSource, context: CellContext): Promise<FileData> {
  const { name, type, size } = (isBlob(source) ? source : {}) as Partial<File>;
  return toFileData(await context.saveFile(source, name ?? ""), {
    orig_name: name || null,
    mime_type: type || null,
    size,
  });
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

/** Where loggers store the files of samples. */
const STORED = /^[^/]+\/[0-9a-f]{20}\/[^/]+$/;
/** A file in a subdirectory whose name is not that of a dataset. */
const IN_DIRECTORY = /^(?:[^/]+\/)+(?![^/]*\.csv)[^/]+$/i;

/**
 * Opens a file in a directory below the dataset's. Its path comes with the request, which must reach
 * neither the other objects of the storage nor the rows of a dataset.
 */
function openBelow(path: string, context: CellContext): ReturnType<CellContext["openKey"]> {
  const { directory } = context;
  if (directory === undefined || !path.startsWith(directory)) return Promise.resolve(null);
  const inside = path.slice(directory.length);
  // All objects of a storage are below its root, also those of others.
  const isOpen = STORED.test(inside) || directory !== "" && IN_DIRECTORY.test(inside);
  return isOpen ? context.openKey(path) : Promise.resolve(null);
}

async function openPath(
  path: string,
  context: CellContext,
  open: Open | undefined,
): Promise<FileSource> {
  const source = open === undefined ? await openBelow(path, context) : await open(path);
  if (source !== null) return source;
  const reason = open === undefined
    ? "it is not a key in a directory below the dataset's: pass the bytes, or pass an open function " +
      "to file()"
    : "its open function found no such file";
  throw new Error(
    `Cannot store the file ${JSON.stringify(path)} of ${
      JSON.stringify(context.column)
    } as ${reason}`,
  );
}

/** Returns the file in a data URL. */
function decoded({ url }: DataUrl, { column }: CellContext): Blob {
  const comma = url.indexOf(",");
  const [, type = "", base64] = /^data:(.*?)(;base64)?$/is.exec(url.slice(0, comma)) ?? [];
  try {
    const text = decodeURIComponent(url.slice(comma + 1));
    const data = base64
      ? Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
      : text;
    return new Blob([data], { type });
  } catch (cause) {
    const why = "its data URL is damaged";
    throw new TypeError(`Cannot log a value of ${JSON.stringify(column)} as ${why}`, { cause });
  }
}

async function save(
  value: FileSource | FileData | DataUrl,
  context: CellContext,
  open: Open | undefined,
): Promise<FileData> {
  if (value instanceof DataUrl) return await saveSource(decoded(value, context), context);
  if (isFileSource(value)) return await saveSource(value, context);
  const source = await openPath(value.path, context, open);
  return toFileData(await context.saveFile(source, baseName(value.path)), value);
}

/** Stores files one after the other, and returns the cell of the value that holds them. */
export async function storeFiles(
  context: CellContext,
  { json, mark, files, open }: MarkedFiles,
): Promise<Cell> {
  const saved: FileData[] = [];
  for (const file of files) saved.push(await save(file, context, open));
  return cellOfJson(json.replace(new RegExp(`"${mark}(\\d+)"`, "g"), (_, i: string) => {
    const description = saved[Number(i)]!;
    return JSON.stringify(context.simplifyFileData ? description.path : description);
  }));
}
