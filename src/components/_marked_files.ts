import type { FileSource } from "./component.ts";
import type { FileData } from "./file_data.ts";
import type { DataUrl } from "./file_source.ts";

/** Opens the file at the path of a FileData; `null` if there is none. */
export type Open = (path: string) => FileSource | null | Promise<FileSource | null>;

/** Files, and the JSON of a value in which the text `mark` and a number stand for each of them. */
export interface MarkedFiles {
  readonly json: string;
  readonly mark: string;
  readonly files: readonly (FileSource | FileData | DataUrl)[];
  readonly open: Open | undefined;
}
