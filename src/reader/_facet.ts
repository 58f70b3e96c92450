import type { Span } from "./_fast_cells.ts";
import { type NumberList, uint32List } from "./_numbers.ts";

interface Known {
  readonly stored: Uint8Array;
  readonly code: number;
}

const decoder: TextDecoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The texts of one column: a number for each row, and each different text once. */
export class Facet {
  /** The column. */
  readonly column: string;
  /** The number of each row's text. */
  readonly codes: NumberList<Uint32Array<ArrayBuffer>> = uint32List();
  /** The texts by their numbers; 0 stands for "no such column". */
  readonly texts: (string | null)[] = [null];
  readonly #codes: Map<string, number> = new Map();
  readonly #known: Map<number, Known[]> = new Map();

  /** Creates a facet without rows. */
  constructor(column: string) {
    this.column = column;
  }

  /** Adds a row by its text. */
  push(text: string | null): void {
    this.codes.push(this.#codeOf(text));
  }

  /** Adds a row by its cell as it is stored, which is decoded only if it is new. */
  pushStored(bytes: Uint8Array, cell: Span, restored: (cell: string) => string): void {
    const hash = hashOf(bytes, cell);
    const known = this.#known.get(hash);
    if (known !== undefined) {
      for (const { stored, code } of known) {
        if (isEqual(stored, bytes, cell)) return this.codes.push(code);
      }
    }
    const stored = bytes.slice(cell.start, cell.end);
    const code = this.#codeOf(restored(decoder.decode(stored)));
    this.#known.set(hash, [...known ?? [], { stored, code }]);
    this.codes.push(code);
  }

  #codeOf(text: string | null): number {
    if (text === null) return 0;
    let code = this.#codes.get(text);
    if (code === undefined) {
      code = this.texts.push(text) - 1;
      this.#codes.set(text, code);
    }
    return code;
  }
}

/** The FNV-1a hash of a cell, without a view of its bytes for each row. */
function hashOf(bytes: Uint8Array, { start, end }: Span): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return hash;
}

function isEqual(stored: Uint8Array, bytes: Uint8Array, { start, end }: Span): boolean {
  if (stored.length !== end - start) return false;
  for (let i = start; i < end; i++) if (stored[i - start] !== bytes[i]) return false;
  return true;
}
