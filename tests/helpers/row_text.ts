/**
 * Returns a text of about the given length, derived from an id, with characters that are special in
 * CSV.
 */
export function rowText(id: string, length: number): string {
  const piece = `${id}: "quoted", é🌍\r\nnext line\n, =1+1\r`;
  const text = piece.repeat(Math.ceil(length / piece.length)).slice(0, Math.max(0, length - 1));
  return `${text.toWellFormed()}.`; // the cut may have split a character
}
