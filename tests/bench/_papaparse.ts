import untyped from "papaparse";

/** The functions of papaparse that are used here, typed. */
interface Papaparse {
  unparse(rows: readonly (readonly string[])[]): string;
  parse(text: string, options: { step: (result: { data: string[] }) => void }): void;
}

const papaparse: Papaparse = untyped;

/** A row as papaparse writes it; it leaves the line end to its caller. */
export function unparseRow(cells: readonly string[]): string {
  return `${papaparse.unparse([cells])}\r\n`;
}

/** How many records papaparse finds in a text, blank lines left out. */
export function countRecords(text: string): number {
  let records = 0;
  papaparse.parse(text, {
    step: ({ data }) => {
      if (data.length > 1 || data[0] !== "") records++;
    },
  });
  return records;
}

/** How many records papaparse finds in a text that have this cell at this place. */
export function countWhere(text: string, place: number, cell: string): number {
  let records = 0;
  papaparse.parse(text, { step: ({ data }) => void (data[place] === cell && records++) });
  return records;
}
