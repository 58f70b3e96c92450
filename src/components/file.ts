import { cellWithFiles } from "./_cell_with_files.ts";
import { filesIn, isFileSource } from "./_find_files.ts";
import type { Mistake } from "./_file_mistakes.ts";
import type { Cell, CellContext, Component, FileSource } from "./component.ts";
import { type FileData, isFileData, isLink } from "./file_data.ts";
import { DataUrl, isBytes } from "./file_source.ts";
import { inColumn, jsonCell } from "./_json_cell.ts";

/**
 * A file, or an object that holds files, such as an annotated image.
 *
 * @category Components
 */
export type FileValue =
  | FileSource
  | FileData
  | ArrayBuffer
  | `data:${string}`
  | Readonly<Record<string, unknown>>
  | readonly unknown[]
  | null
  | undefined;

/**
 * Options of {@linkcode file} and {@linkcode files}.
 *
 * @category Components
 */
export interface FileOptions {
  /**
   * Opens the file at the path of a FileData; returns `null` if the app does not allow the path. The
   * path comes with the request and must not be trusted.
   *
   * @default {only keys in directories below the dataset's directory are opened, and no dataset}
   */
  readonly open?:
    | ((path: string) => FileSource | null | Promise<FileSource | null>)
    | undefined;
}

type StorableFile = FileSource | FileData | ArrayBuffer | DataUrl;

function isFile(value: object): value is StorableFile {
  return isFileSource(value) || isBytes(value) || value instanceof DataUrl ||
    (isFileData(value) && !isLink(value));
}

function holdsFile(value: unknown): boolean {
  return filesIn(value, isFile).length > 0 || filesIn(value, isLink).length > 0;
}

/** Loads the text of an error with the error. */
async function refuse(mistake: Mistake, context: CellContext): Promise<never> {
  return (await import("./_file_mistakes.ts")).refuse(mistake, context);
}

/** Returns a data URL as an object, and any other value unchanged. */
function wrapped(value: unknown): unknown {
  return typeof value === "string" && /^data:[^,]*,/i.test(value) ? new DataUrl(value) : value;
}

function toCell(value: unknown, context: CellContext, { open }: FileOptions): Cell | Promise<Cell> {
  const found = filesIn(value, isFile);
  return found.length === 0 ? jsonCell(value, context) : cellWithFiles(value, context, found, open);
}

/**
 * Returns a component for one file, such as an upload or an image: a `File`, a `Blob`, bytes, a
 * stream, a data URL or Gradio's FileData, which keeps its `url` if it has no `path`. An object that
 * holds files, such as an annotated image, is also accepted. A copy is stored next to the dataset, in `<label>/<random>/<name>`, and the cell is its
 * path relative to the dataset. `null` is an empty cell.
 *
 * @category Components
 *
 * @example Usage
 * ```ts
 * import { CSVLogger, file, MemoryAdapter, value } from "@flagstone/flagging";
 * import { assertEquals } from "@std/assert";
 *
 * await using logger = new CSVLogger({ storage: new MemoryAdapter(), verbose: false });
 * await logger.setup([file("photo"), value("class")]);
 * const photo = new File(["not really a picture"], "cat.png", { type: "image/png" });
 * assertEquals(await logger.flag([photo, "dog"], "wrong"), 1);
 * ```
 */
export function file(
  label?: string | null,
  options: FileOptions = {},
): Component<FileValue> {
  return {
    label,
    holdsFiles: "one",
    toCell(value, context) {
      if (value === null || value === undefined) return null;
      return inColumn(context, () => {
        const given = wrapped(value);
        return holdsFile(given) ? toCell(given, context, options) : refuse("no file", context);
      });
    },
  };
}

/**
 * Returns a component for a list of files. The cell is a JSON array of their paths.
 *
 * @category Components
 *
 * @example Usage
 * ```ts
 * import { CSVLogger, files, MemoryAdapter } from "@flagstone/flagging";
 * import { assertEquals } from "@std/assert";
 *
 * await using logger = new CSVLogger({ storage: new MemoryAdapter(), verbose: false });
 * await logger.setup([files("pages")]);
 * assertEquals(await logger.flag([[new File(["1"], "1.txt"), new File(["2"], "2.txt")]]), 1);
 * ```
 */
export function files(
  label?: string | null,
  options: FileOptions = {},
): Component<readonly FileValue[] | null | undefined> {
  return {
    label,
    holdsFiles: "many",
    toCell(value, context) {
      if (value === null || value === undefined) return null;
      if (!Array.isArray(value)) return refuse("no list", context);
      return inColumn(context, () => {
        const given = value.map(wrapped);
        if (!given.every(holdsFile)) return refuse("no file", context);
        return toCell(given, context, options);
      });
    },
  };
}
