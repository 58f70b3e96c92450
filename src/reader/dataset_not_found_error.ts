/**
 * The error of `openDataset()` if there is no dataset. Its message lists what is there.
 *
 * @category Reading
 */
export class DatasetNotFoundError extends Error {
  /** The name of the class. */
  override readonly name = "DatasetNotFoundError";
  /** The directory that was looked into. */
  readonly directory: string;
  /** Directories of the same storage that hold datasets, as far as a short look shows. */
  readonly suggestions: readonly string[];

  /** Creates an error. */
  constructor(message: string, directory: string, suggestions: readonly string[]) {
    super(message);
    this.directory = directory;
    this.suggestions = suggestions;
  }
}
