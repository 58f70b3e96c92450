/**
 * The exit codes of the command line.
 *
 * @category Command line
 */
export const EXIT = {
  /** Done. */
  done: 0,
  /** There are findings, or nothing was found. */
  findings: 1,
  /** The command line is wrong, or a permission is missing. */
  usage: 2,
  /** Done in part: some rows were skipped. */
  partly: 3,
  /** There is no dataset. */
  noDataset: 10,
  /** Another maintenance runs. */
  busy: 11,
  /** Refused for safety. */
  refused: 12,
  /** Interrupted by Ctrl-C. */
  interrupted: 130,
} as const;

/** An error that ends the command line with a message and a code, without a stack. */
export class CommandError extends Error {
  /** The exit code. */
  readonly code: number;

  /** Creates an error. */
  constructor(message: string, code: number = EXIT.usage) {
    super(message);
    this.code = code;
  }
}
