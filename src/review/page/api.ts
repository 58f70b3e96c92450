/** A row of the list. */
export interface Row {
  readonly rowId: string;
  readonly key: string;
  readonly start: number;
  readonly file: string;
  readonly title: string;
  readonly flag: string;
  readonly username: string;
  readonly time: string;
  readonly picture: string | null;
  readonly state: string;
  readonly own: { readonly flag: string; readonly comment: string };
}

export interface RowsPage {
  readonly rows: readonly Row[];
  readonly next: string | null;
}

export interface Verdict {
  readonly column: string;
  readonly correction: string;
  readonly comment: string;
  readonly flag: string;
  readonly username: string;
  readonly timestamp: string;
}

export interface Cell {
  readonly column: string;
  readonly text: string;
  readonly messages?: readonly { readonly role: string; readonly content: string }[];
  readonly judged?: number;
  readonly files?: readonly {
    readonly name: string;
    readonly size: number;
    readonly type: string | null;
  }[];
}

export interface Sample {
  readonly rowId: string;
  readonly key: string;
  readonly start: number;
  readonly file: string;
  readonly cells: readonly Cell[];
  readonly surplus: readonly string[];
  readonly answer: string;
  readonly state: string;
  readonly verdicts: readonly Verdict[];
}

export interface Counts {
  readonly index: "ready" | "indexing" | "none";
  readonly progress: number;
  readonly all: number | null;
  readonly total: number | null;
  readonly facets: readonly {
    readonly column: string;
    readonly values: readonly { readonly value: string; readonly count: number }[];
  }[];
  readonly files: readonly string[];
  readonly review: Readonly<Record<string, number | null>>;
  readonly histogram: readonly {
    readonly from: number;
    readonly to: number;
    readonly count: number;
  }[];
}

export interface About {
  readonly name: string;
  readonly options: readonly string[];
  readonly username: string;
}

/** An answer that is not 200. */
export class Failure extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Fetches JSON from this server. */
export async function fetchJson<Type>(path: string, init?: RequestInit): Promise<Type> {
  const response = await fetch(path, {
    ...init,
    headers: { accept: "application/json", ...init?.headers },
  });
  if (response.ok) return await response.json();
  const body = await response.json().catch(() => ({}));
  throw new Failure(response.status, body.error ?? `The server answered with ${response.status}`);
}

/** The parameters that name a row. */
export function placeOf(
  { rowId, key, start }: Pick<Row, "rowId" | "key" | "start">,
): URLSearchParams {
  return new URLSearchParams({ row: rowId, key, start: `${start}` });
}

/** The address of a file of a row. */
export function fileUrl(
  row: Pick<Row, "rowId" | "key" | "start">,
  column: string,
  index: number,
): string {
  const place = placeOf(row);
  place.set("column", column);
  place.set("index", `${index}`);
  return `file?${place}`;
}
