/**
 * The kind of damage:
 *
 * - `"torn"`: the last row of a piece is incomplete, or quotes in it are not closed; it is not yielded
 * - `"cells"`: a row has more or fewer cells than the header and does not end like one; it is yielded
 * with the cells from the left, and further ones in `Sample.surplus`
 * - `"encoding"`: a row is not UTF-8; it is yielded with U+FFFD for the bytes that cannot be decoded
 * - `"vanished"`: a piece was deleted while it was read
 * - `"path"`: a cell of a file leads out of the dataset's directory; the file is not opened
 *
 * @category Reading
 */
export type DamageKind = "torn" | "cells" | "encoding" | "vanished" | "path";

/**
 * A place that cannot be read as the rows that were written.
 *
 * @category Reading
 */
export interface Damage {
  /** The kind. */
  readonly kind: DamageKind;
  /** The key of the piece. */
  readonly key: string;
  /** The offset of the first byte. */
  readonly start: number;
  /** The offset after the last byte. */
  readonly end: number;
  /** A sentence that says what is there. */
  readonly message: string;
}

/**
 * The error of a reading that meets damage and was not given a function `onDamage`.
 *
 * @category Reading
 */
export class DamageError extends Error {
  /** The name of the class. */
  override readonly name = "DamageError";
  /** The place. */
  readonly damage: Damage;

  /** Creates an error. */
  constructor(damage: Damage) {
    super(`${damage.message}; pass onDamage to read on`);
    this.damage = damage;
  }
}
