import stringWidth from "string-width";
import { visible } from "./_visible.ts";

const GAP = 2;
const NARROWEST = 3;
const WIDEST = 60;

/** The layout of a table on a terminal. */
export interface TableLayout {
  readonly widths: readonly number[];
  /** How many columns at the end have no room. */
  readonly hidden: number;
}

/** Chooses widths of columns so that a table fits a terminal. */
export function layoutOf(rows: readonly (readonly string[])[], columns: number): TableLayout {
  const natural = (rows[0] ?? []).map((_, i) =>
    Math.max(1, ...rows.map((row) => Math.min(WIDEST, stringWidth(visible(row[i] ?? "")))))
  );
  const most = Math.max(1, Math.floor((columns + GAP) / (NARROWEST + GAP)));
  const widths = natural.slice(0, most);
  const room = columns - GAP * (widths.length - 1);
  let total = widths.reduce((sum, width) => sum + width, 0);
  while (total > room) {
    const widest = widths.indexOf(Math.max(...widths));
    if (widths[widest]! <= NARROWEST) break;
    widths[widest]!--;
    total--;
  }
  return { widths, hidden: natural.length - widths.length };
}

/** Returns one line of a table. */
export function lineOf(row: readonly string[], { widths }: TableLayout): string {
  return widths.map((width, i) => fitted(visible(row[i] ?? ""), width)).join(" ".repeat(GAP))
    .trimEnd();
}

/** Cuts or fills a text to a width in columns. */
export function fitted(text: string, width: number): string {
  const own = stringWidth(text);
  if (own <= width) return text + " ".repeat(width - own);
  let cut = "";
  let used = 0;
  for (const character of text) {
    const next = stringWidth(character);
    if (used + next > width - 1) break;
    cut += character;
    used += next;
  }
  return `${cut}…${" ".repeat(width - 1 - used)}`;
}
