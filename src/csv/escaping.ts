/** A number, JSON or the path of a file. */
export interface Verbatim {
  readonly verbatim: string;
  /** Whether it is the result of `JSON.stringify()`. */
  readonly json?: boolean | undefined;
}

/** One way to write cells. */
export interface Escaping {
  /** Returns a text as it is written. */
  readonly text: (text: string) => string;
  /** Returns a number, JSON or a path as it is written, in the first cell of a row or in another. */
  readonly verbatim: (cell: Verbatim, isFirst: boolean) => string;
}
