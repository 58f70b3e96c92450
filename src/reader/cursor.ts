/**
 * A place in a dataset up to which its rows were read. It is JSON: keep it, and pass it to
 * `rows({ after })` of the same directory, which yields every later row once.
 *
 * @category Reading
 */
export interface Cursor {
  /** The form of this value. */
  readonly form: 1;
  /** For each data file the name up to which its segments were read, of writers that ended. */
  readonly closed?: Readonly<Record<string, string>> | undefined;
  /** For each data file the number of the last part that was read and is followed by another one. */
  readonly parts?: Readonly<Record<string, number>> | undefined;
  /**
   * For each other piece the offset up to which it was read, and check values of its first bytes and of
   * those before the offset.
   */
  readonly ends: Readonly<Record<string, readonly [end: number, check: string]>>;
}
