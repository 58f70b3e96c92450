import type { Cell, CellContext, FileSource } from "./component.ts";
import { type FileData, toFileData } from "./file_data.ts";
import { isFileSource } from "./_find_files.ts";
import { jsonCell } from "./_json_cell.ts";

type Open = (path: string) => FileSource | null | Promise<FileSource | null>;

/** Options of {@linkcode storeFiles}. */
export interface StoreFilesOptions {
  /** The files in the value. */
  readonly files: Iterable<FileSource | FileData>;
  /** Opens the file at the path of a FileData. */
  readonly open?: Open | undefined;
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
async function saveSource(source: FileSource, context: CellContext): Promise<FileData> {
  const name = nameOf(source);
  return toFileData(await context.saveFile(source, name), {
    orig_name: source instanceof File ? name : null,
    mime_type: source instanceof Blob && source.type !== "" ? source.type : null,
    size: sizeOf(source),
  });
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

async function openPath(
  path: string,
  context: CellContext,
  open: Open | undefined,
): Promise<FileSource> {
  const source = open === undefined ? await context.openKey(path) : await open(path);
  if (source !== null) return source;
  const reason = open === undefined
    ? "it is not a key of the dataset's storage: pass the bytes, or pass an open function to file()"
    : "its open function found no such file";
  throw new Error(
    `Cannot store the file ${JSON.stringify(path)} of ${
      JSON.stringify(context.column)
    } as ${reason}`,
  );
}

async function save(
  value: FileSource | FileData,
  context: CellContext,
  open: Open | undefined,
): Promise<FileData> {
  if (isFileSource(value)) return await saveSource(value, context);
  const source = await openPath(value.path, context, open);
  return toFileData(await context.saveFile(source, baseName(value.path)), value);
}

/** Stores the files in a value, and returns the cell of the value. */
export async function storeFiles(
  value: unknown,
  context: CellContext,
  { files, open }: StoreFilesOptions,
): Promise<Cell> {
  const saved = new Map<object, FileData>();
  for (const file of files) saved.set(file, await save(file, context, open));
  const { column, simplifyFileData } = context;
  return jsonCell(value, { column, simplifyFileData, replace: (object) => saved.get(object) });
}
