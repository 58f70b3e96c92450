/** Rejects rows for which a file is not, or no longer: they belong into another one. */
export class NotTakenError extends Error {
  /** The class's name, also where it is minified. */
  override readonly name = "NotTakenError";
  /** Whether nothing can be logged under the key, such as that of a directory. */
  readonly blocked: boolean;

  constructor(message: string, blocked: boolean = false) {
    super(message);
    this.blocked = blocked;
  }
}
