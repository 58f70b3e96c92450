import { swapQuotesIn } from "./_dialect.ts";

const QUOTE = 0x22;
const TAIL = new Set(["flag", "username", "timestamp"]);
const TIMESTAMP = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?$/;
const CHAT = ["conversation", "index", "value", "flag", "timestamp"];

/** The cells of a row under its file's columns. */
export interface Bound {
  /** A text for each column. */
  readonly cells: readonly string[];
  readonly surplus: readonly string[];
  readonly irregular: boolean;
  /** Whether the row does not end like one either, so that its cells may be under other columns. */
  readonly isDoubtful: boolean;
}

const NO_CELLS: readonly string[] = [];

/** How the records of a file become rows. */
export class Layout {
  /** The names of the columns, in which the second `name` is `name (2)`. */
  readonly columns: readonly string[];
  /** The offset of each column. */
  readonly places: ReadonlyMap<string, number>;
  /** Whether texts are quoted with `'`. */
  readonly singleQuotes: boolean;
  readonly #header: readonly string[] | null;
  readonly #restore: (cell: string) => string;
  readonly #isChat: boolean;
  /** The number of columns at the end that a row of any app has. */
  readonly tail: number;

  /**
   * Creates a layout.
   *
   * @param header The cells of the header, or the names of the columns of a file without one
   */
  constructor(header: readonly string[], { hasHeader, singleQuotes, restore }: {
    readonly hasHeader: boolean;
    readonly singleQuotes: boolean;
    readonly restore: (cell: string) => string;
  }) {
    this.singleQuotes = singleQuotes;
    this.#restore = singleQuotes ? swapQuotesIn : restore;
    this.#header = hasHeader ? header : null;
    this.columns = distinct(hasHeader ? header.map(this.#restore) : header);
    this.places = new Map(this.columns.map((name, i) => [name, i]));
    this.#isChat = header.length === CHAT.length && CHAT.every((name, i) => name === header[i]);
    const others = header.findLastIndex((name) => !TAIL.has(name));
    this.tail = header.at(-1) === "timestamp" ? header.length - 1 - others : 0;
  }

  /** Whether the last column is the logger's timestamp. */
  get hasTimestamp(): boolean {
    return this.tail > 0;
  }

  /** The text of a stored cell. */
  restored(cell: string): string {
    return this.#restore(cell);
  }

  /** Binds stored cells to the columns; `null` if they are the header once more. */
  bind(stored: readonly string[]): Bound | null {
    if (this.#isHeader(stored)) return null;
    const cells = stored.map(this.#restore);
    const { length } = this.columns;
    if (cells.length === length) {
      return { cells, surplus: NO_CELLS, irregular: false, isDoubtful: false };
    }
    if (this.#isChat && cells.length === CHAT.length - 1) return chatRow(cells);
    const isWhole = this.tail > 0 && TIMESTAMP.test(cells.at(-1) ?? "");
    // Every app has a component: if there is none besides, empty cells were removed, as by a spreadsheet.
    const tail = !isWhole ? 0 : cells.length > this.tail ? this.tail : 1;
    const own = cells.slice(0, cells.length - tail);
    const room = length - tail;
    const filled = Array.from({ length: room }, (_, i) => own[i] ?? "");
    return {
      cells: tail === 0 ? filled : [...filled, ...cells.slice(-tail)],
      surplus: own.slice(room),
      irregular: true,
      isDoubtful: !isWhole,
    };
  }

  /** Whether a record that ends with this byte may be the header. */
  mayEndHeader(byte: number): boolean {
    if (this.#header === null) return false;
    const last = this.#header.at(-1) ?? "";
    const code = last.charCodeAt(last.length - 1);
    return byte === code || byte === QUOTE || !(code < 0x80); // NaN for an empty name
  }

  /** Some files have their header once more in the middle. */
  #isHeader(cells: readonly string[]): boolean {
    const header = this.#header;
    return header !== null && cells[0] === header[0] && cells.length === header.length &&
      cells.every((cell, i) => cell === header[i]);
  }
}

/** Gradio's chats have five columns over four cells: `value` is a message of the conversation. */
function chatRow([conversation = "", index = "", ...rest]: readonly string[]): Bound {
  const cells = [conversation, index, messageAt(conversation, index), ...rest];
  return { cells, surplus: NO_CELLS, irregular: false, isDoubtful: false };
}

function messageAt(conversation: string, index: string): string {
  try {
    const at = JSON.parse(index);
    const [turn, place] = Array.isArray(at) ? at : [at];
    const message = JSON.parse(conversation)[turn];
    const content = Array.isArray(message) ? message[place ?? 1] : message.content;
    return typeof content === "string" ? content : JSON.stringify(content ?? "");
  } catch {
    return "";
  }
}

/** Column names, in which the second `name` is `name (2)`, so that no value hides another. */
export function distinct(names: readonly string[]): string[] {
  const seen = new Set<string>();
  const taken = new Map<string, number>();
  return names.map((name) => {
    let own = name;
    let n = taken.get(name) ?? 2;
    while (seen.has(own)) own = `${name} (${n++})`;
    taken.set(name, n);
    seen.add(own);
    return own;
  });
}
