import { filesIn, isFileSource } from "./_find_files.ts";
import type { Cell, CellContext, Component, FileSource } from "./component.ts";
import { type FileData, isFileData } from "./file_data.ts";

/**
 * A file, or an object that holds files, such as an annotated image.
 *
 * @category Components
 */
export type FileValue =
  | FileSource
  | FileData
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
   * @default {only keys of the dataset's own storage are opened}
   */
  readonly open?:
    | ((path: string) => FileSource | null | Promise<FileSource | null>)
    | undefined;
}

function isFile(value: object): value is FileSource | FileData {
  return isFileSource(value) || isFileData(value);
}

function refuseFileless(value: unknown, { column }: CellContext): void {
  if (typeof value === "object" && value !== null && filesIn(value, isFile).size > 0) {
    return;
  }
  throw new TypeError(
    `Cannot log a value of ${JSON.stringify(column)} as it holds no file: ` +
      "pass a File, a Blob, bytes, a stream or a FileData",
  );
}

/** Loads the code that stores files with the first file. */
async function toCell(value: unknown, context: CellContext, options: FileOptions): Promise<Cell> {
  const { storeFiles } = await import("./_store_files.ts");
  return await storeFiles(value, context, { files: filesIn(value, isFile), open: options.open });
}

/**
 * Returns a component for one file, such as an upload or an image: a `File`, a `Blob`, bytes, a
 * stream or Gradio's FileData. An object that holds files, such as an annotated image, is also
 * accepted. A copy is stored next to the dataset, in `<label>/<random>/<name>`, and the cell is its
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
    toCell(value, context) {
      if (value === null || value === undefined) return null;
      refuseFileless(value, context);
      return toCell(value, context, options);
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
    toCell(value, context) {
      if (value === null || value === undefined) return null;
      if (!Array.isArray(value)) {
        throw new TypeError(
          `Cannot log a value of ${
            JSON.stringify(context.column)
          } as it is not an array of files: ` +
            "pass a list, or use file() for one file",
        );
      }
      for (const item of value) refuseFileless(item, context);
      return toCell(value, context, options);
    },
  };
}
