/** A small breakage of `src` that a test must notice. */
export interface Mutant {
  /** The beginning of the item of docs/guarantees.md that it breaks. */
  readonly breaks: string;
  /** What a user would suffer. */
  readonly hurt: string;
  /** The file below `src/`. */
  readonly file: string;
  /** The code that is replaced, which the file has once. */
  readonly replace: string;
  readonly by: string;
  /** The test that fails: a file below `tests/`, and a name, both as in docs/guarantees.md. */
  readonly test: readonly [file: string, name: string];
}

/** Returns the code of a file with the breakage in it. */
export function mutated(code: string, { file, replace, by }: Mutant): string {
  const parts = code.split(replace);
  if (parts.length === 2) return parts.join(by);
  throw new Error(
    `src/${file} must have this code once, and has it ${parts.length - 1} times:\n` + replace,
  );
}
