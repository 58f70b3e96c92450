/** Thrown when a file does not accept a row, which then belongs in another file. */
export class NotTakenError extends Error {
  /** The class's name, even in minified code. */
  override readonly name = "NotTakenError";
  /** Whether nothing can be logged under this key, for example because it is a directory. */
  readonly blocked: boolean;

  constructor(message: string, blocked: boolean = false) {
    super(message);
    this.blocked = blocked;
  }
}
