import type { Cell, CellContext, FileSource } from "./component.ts";
import type { FileData } from "./file_data.ts";
import { type DataUrl, isBytes } from "./file_source.ts";
import type { Open } from "./_marked_files.ts";
import { toJson } from "./_json_cell.ts";

/**
 * Stores files and returns the cell of the value that holds them. The value and the bytes are read
 * before the first wait, because the caller may change them then; the code that stores files is loaded
 * with the first file.
 */
export function cellWithFiles(
  value: unknown,
  context: CellContext,
  found: readonly (FileSource | FileData | ArrayBuffer | DataUrl)[],
  open?: Open,
): Promise<Cell> {
  const mark = crypto.randomUUID();
  const marks = new Map<object, string>(found.map((file, i) => [file, mark + i]));
  const json = toJson(value, { ...context, replace: (object) => marks.get(object) })!;
  const files = found.map((file) => isBytes(file) ? new Blob([new Uint8Array(file)]) : file);
  return import("./_store_files.ts").then(({ storeFiles }) =>
    storeFiles(context, { json, mark, files, open })
  );
}
