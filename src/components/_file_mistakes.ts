import type { CellContext } from "./component.ts";

const MISTAKES = {
  "no file":
    "it holds no file: pass a File, a Blob, bytes, a stream, a data URL or a FileData with a path or url",
  "no list": "it is not an array of files: pass a list, or use file() for one file",
} as const;

/** A mistake in the value of a component for files. */
export type Mistake = keyof typeof MISTAKES;

/** Throws the error of a mistake. */
export function refuse(mistake: Mistake, { column }: CellContext): never {
  throw new TypeError(`Cannot log a value of ${JSON.stringify(column)} as ${MISTAKES[mistake]}`);
}
