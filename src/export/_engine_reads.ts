import { escapeCell, unescapeCell } from "../csv/escape.ts";
import type { Dataset, Piece } from "../reader/dataset.ts";
import { storedFormOf } from "../reader/stored_form.ts";

/** A column as an engine knows it. */
export interface EngineColumn {
  /** The name in the dataset. */
  readonly own: string;
  /** The name in the engine, which some compare without regard to case. */
  readonly name: string;
}

/** Files of one header, which an engine reads at once. */
export interface EngineRead {
  readonly paths: readonly string[];
  readonly columns: readonly EngineColumn[];
  readonly hasHeader: boolean;
  readonly quote: '"' | "'";
  /** The size of the largest file, in bytes. */
  readonly largest: number;
  /** Whether cells have the escapes of Gradio's rule. */
  readonly isEscaped: boolean;
}

/** What an engine reads. */
export interface EngineTable {
  readonly reads: readonly EngineRead[];
  /** The columns of the table, in their order. */
  readonly columns: readonly EngineColumn[];
}

/** How a table is put together. */
export interface EngineTableOptions {
  /** The place in front of a key. */
  readonly base: string;
  readonly isEscaped: boolean;
  /** Which names an engine can tell from each other: any, all but an empty one, or not by case. */
  readonly names: "exact" | "not empty" | "without case";
}

/** Returns what an engine has to read: one read for each data file, or header if it has several. */
export function engineTable(dataset: Dataset, options: EngineTableOptions): EngineTable {
  const { base, isEscaped, names } = options;
  const known = engineNames(dataset, names);
  const toColumn = (own: string): EngineColumn => ({ own, name: known.get(own)! });
  const reads = groupsOf(dataset.pieces).map((pieces): EngineRead => {
    const { hasHeader, quote } = storedFormOf(pieces[0]!);
    return {
      paths: pieces.map(({ key }) => pathOf(base, key)),
      columns: pieces[0]!.columns.map(toColumn),
      hasHeader,
      quote,
      largest: Math.max(...pieces.map(({ bytes }) => bytes)),
      isEscaped: isEscaped && quote === '"', // Gradio escaped nothing when it quoted with '
    };
  });
  return { reads, columns: dataset.columns.map(({ name }) => toColumn(name)) };
}

/** The pieces of each file with equal headers. */
function groupsOf(pieces: readonly Piece[]): Piece[][] {
  const groups = new Map<string, Piece[]>();
  for (const piece of pieces) {
    const name = JSON.stringify([piece.file, piece.columns, storedFormOf(piece)]);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [piece]);
    else group.push(piece);
  }
  return [...groups.values()];
}

/** The names of all columns, also of those that the table leaves out. */
function engineNames(
  { columns, pieces }: Dataset,
  names: EngineTableOptions["names"],
): Map<string, string> {
  const own = new Set([
    ...columns.map(({ name }) => name),
    ...pieces.flatMap(({ columns }) => columns),
  ]);
  if (names === "exact") return new Map([...own].map((name) => [name, name]));
  const same = (name: string) => names === "not empty" ? name : name.toLowerCase();
  const taken = new Set<string>();
  return new Map([...own].map((name) => [name, free(name === "" ? "unnamed" : name, taken, same)]));
}

/** The name, or `name (2)` and so on if the engine takes it for another one. */
function free(name: string, taken: Set<string>, same: (name: string) => string): string {
  let found = name;
  for (let n = 2; taken.has(same(found)); n++) found = `${name} (${n})`;
  taken.add(same(found));
  return found;
}

function pathOf(base: string, key: string): string {
  return base === "" || base.endsWith("/") ? base + key : `${base}/${key}`;
}

/** Whether a union of the reads by name has the columns of the table in their order. */
export function columnsInOrder({ reads, columns }: EngineTable): boolean {
  const found = new Set(reads.flatMap(({ columns }) => columns.map(({ name }) => name)));
  return found.size === columns.length && [...found].every((name, i) => name === columns[i]!.name);
}

/**
 * The cells by which a header in the middle of a file is known, as they are stored: those of columns
 * whose stored name is certain. The last column comes first, as it tells most.
 */
export function headerCells({ columns, hasHeader }: EngineRead): readonly EngineColumn[] {
  if (!hasHeader) return [];
  const names = new Set(columns.map(({ own }) => own));
  const isCertain = ({ own }: EngineColumn) => {
    const [, first] = /^(.*) \(\d+\)$/s.exec(own) ?? [];
    return escapeCell(own) === own && unescapeCell(own) === own &&
      (first === undefined || !names.has(first));
  };
  return columns.filter(isCertain).reverse();
}
