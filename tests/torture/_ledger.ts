import { readRecords } from "../../src/reader/mod.ts";
import { LocalFsAdapter } from "../../src/storage/local_fs/mod.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { keysOf, textOf, type Told } from "../helpers/dataset_check.ts";
import { rowText } from "../helpers/row_text.ts";
import { parseStrictly } from "../helpers/strict_csv.ts";
import type { Counts } from "./_verdict.ts";

/** The form of one writer's rows; their ids are its name, a hyphen and a number. */
export interface RowForm {
  readonly labels: readonly [id: string, text: string];
  /** The length of each text. */
  readonly length: number;
  /** The length of each row's file; absent: rows without files. */
  readonly fileLength?: number | undefined;
}

/** A place that is searched for rows. */
export interface Place {
  readonly storage: StorageAdapter;
  /** The datasets there, by their keys. @default {the numbered ones} */
  readonly isDataset?: (key: string) => boolean;
  /** Bytes that another program leaves at the end of files; the next writer removes them. */
  readonly debris?: string;
}

/** The result of a check. */
export interface Judgement {
  readonly counts: Counts;
  readonly broken: readonly string[];
  /** The number of dataset files. */
  readonly files: number;
}

/** Damage that another program did, and that does not count against the logger. */
export interface Excuses {
  /** Whether a row need not be there. */
  readonly mayMiss?: (id: string) => boolean;
  /** Whether a row's file need not be there. */
  readonly mayMissFile?: (id: string) => boolean;
  /** Whether the returned counts need not be the places of the rows. */
  readonly mayMiscount?: boolean;
  /** Whether a row may be cut short if it is the last one of a file that no writer used again. */
  readonly mayBeCut?: (id: string) => boolean;
  /** Whether timestamps may be to the second, as a spreadsheet saves them. */
  readonly mayShortenTimestamps?: boolean;
  /** Whether a row may follow a second header. */
  readonly mayRepeatHeader?: (id: string) => boolean;
}

type Fault = "torn" | "misplaced";
type Complaint = readonly [fault: Fault, why: string];

const NUMBERED = /(?:^|\/)dataset\d+(?:\.\d+)?\.csv$/;
const TIMESTAMP = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/;
const SHORT_TIMESTAMP = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;

/** The end of a text whose last row is whole. */
export const WHOLE_END: RegExp = /,\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}\r\n$/;
const ROW_START = /^[a-z]+\d*-\d+,/;
const LONGEST_ID = 40;

/** The offset of the last line that begins with an id: lines within a text do not. */
function lastRowStart(text: string): number {
  for (let at = text.length; at > 0;) {
    at = text.lastIndexOf("\r\n", at - 1);
    if (at === -1) break;
    if (ROW_START.test(text.slice(at + 2, at + 2 + LONGEST_ID))) return at + 2;
  }
  return text.length;
}

/** The label of the column with files. */
export const FILE_LABEL = "file";

/** The dataset that a file belongs to, and which of its parts it is. */
function partOf(key: string): [dataset: string, part: number] {
  const [, stem, part = "1"] = /^(.*dataset\d+)(?:\.(\d+))?\.csv$/.exec(key) ?? [];
  return [stem ?? key, Number(part)];
}

function byPart(a: string, b: string): number {
  const [[x, i], [y, j]] = [partOf(a), partOf(b)];
  return x === y ? i - j : x < y ? -1 : 1;
}

function isSame(row: readonly string[], header: readonly string[]): boolean {
  return row.length === header.length && row.every((cell, i) => cell === header[i]);
}

/** A place on the disk. */
export function onDisk(root: string): Place {
  return { storage: new LocalFsAdapter({ root }) };
}

/** Which writers sent which rows, the answers that they got, and whether these are true. */
export class Ledger {
  readonly #forms: Map<string, RowForm> = new Map();
  readonly #told: Map<string, Told> = new Map();

  /** Expects the rows of a writer. A row without an answer is unknown: it is there at most once. */
  expect(writer: string, form: RowForm): void {
    this.#forms.set(writer, form);
  }

  /** Records the answer that a writer got for a row. */
  tell(id: string, told: Told): void {
    this.#told.set(id, told);
  }

  /** The number of acknowledged rows. */
  get acknowledged(): number {
    return [...this.#told.values()].filter((told) => typeof told === "object").length;
  }

  /** The complaint that fewer rows were acknowledged than must be. */
  unlessAll(rows: number): string[] {
    const { acknowledged } = this;
    return acknowledged < rows ? [`${acknowledged} of ${rows} flags were acknowledged`] : [];
  }

  /** The number of refused rows. */
  get refused(): number {
    return [...this.#told.values()].filter((told) => told === "refused").length;
  }

  /** Reads all datasets of some places, and counts. */
  async judge(places: readonly Place[], excuses: Excuses = {}): Promise<Judgement> {
    const trial = new Trial(this.#forms, this.#told, excuses);
    for (const place of places) await trial.see(place);
    return trial.judgement();
  }
}

class Trial {
  readonly #forms: ReadonlyMap<string, RowForm>;
  readonly #told: ReadonlyMap<string, Told>;
  readonly #excuses: Excuses;
  readonly #seen: Map<string, number> = new Map();
  readonly #faults: Record<Fault, number> = { torn: 0, misplaced: 0 };
  readonly #broken: string[] = [];
  #files = 0;

  constructor(
    forms: ReadonlyMap<string, RowForm>,
    told: ReadonlyMap<string, Told>,
    excuses: Excuses,
  ) {
    this.#forms = forms;
    this.#told = told;
    this.#excuses = excuses;
  }

  async see(place: Place): Promise<void> {
    const { storage, isDataset = (key) => NUMBERED.test(key) } = place;
    const places = new Map<string, number>(); // the number of rows in earlier parts, by dataset
    for (const key of (await keysOf(storage)).filter(isDataset).sort(byPart)) {
      this.#files++;
      const [dataset] = partOf(key);
      const before = places.get(dataset) ?? 0;
      const [header, ...all] = await this.#recordsOf(place, key);
      const rows = header === undefined ? [] : all.filter((row, i) => {
        return !isSame(row, header) || !this.#excuses.mayRepeatHeader?.(all[i + 1]?.[0] ?? "");
      });
      if (header === undefined) this.#hold(["torn", "it is empty"], key);
      else if (!this.#isHeader(header)) this.#hold(["torn", "it has no header"], key);
      else {
        for (const [i, row] of rows.entries()) {
          await this.#seeRow(storage, key, header, row);
          this.#expectCount(key, row[0] ?? "", before + i + 1);
        }
      }
      places.set(dataset, before + rows.length);
    }
  }

  judgement(): Judgement {
    const acknowledged = [...this.#told].filter(([, told]) => typeof told === "object");
    const missing = acknowledged.filter(([id]) => !this.#seen.has(id));
    const lost = missing.filter(([id]) => !this.#excuses.mayMiss?.(id));
    for (const [id] of lost) this.#broken.push(`${id}: acknowledged and lost`);
    const landed = (id: string): boolean => typeof this.#told.get(id) !== "object";
    return {
      counts: {
        acknowledged: acknowledged.length,
        found: acknowledged.length - missing.length,
        lost: lost.length,
        doubled: [...this.#seen.values()].reduce((n, times) => n + times - 1, 0),
        ...this.#faults,
        unknownLanded: [...this.#seen.keys()].filter(landed).length,
      },
      broken: this.#broken,
      files: this.#files,
    };
  }

  async #recordsOf({ storage, debris }: Place, key: string): Promise<string[][]> {
    try {
      let text = await textOf(storage, key);
      while (debris !== undefined && text.endsWith(debris)) text = text.slice(0, -debris.length);
      return parseStrictly(this.#withoutCut(text));
    } catch (error) {
      this.#hold(["torn", String(error)], key);
      return await Array.fromAsync(readRecords(storage, key));
    }
  }

  /** A text without its last row if that is cut short and may be. */
  #withoutCut(text: string): string {
    const start = lastRowStart(text);
    const [id = ""] = text.slice(start).split(",", 1);
    return !WHOLE_END.test(text) && this.#excuses.mayBeCut?.(id) ? text.slice(0, start) : text;
  }

  #isHeader(header: readonly string[]): boolean {
    return header.at(-1) === "timestamp" &&
      [...this.#forms.values()].some(({ labels }) => labels.every((one, i) => header[i] === one));
  }

  async #seeRow(
    storage: StorageAdapter,
    key: string,
    header: readonly string[],
    row: readonly string[],
  ): Promise<void> {
    const id = row[0] ?? "";
    const complaint = this.#complaint(header, row) ?? await this.#missingFile(storage, key, row);
    if (complaint !== null) this.#hold(complaint, `${key}, ${JSON.stringify(row).slice(0, 60)}`);
    if (this.#formOf(id) === undefined) return;
    const times = (this.#seen.get(id) ?? 0) + 1;
    this.#seen.set(id, times);
    if (times > 1) this.#broken.push(`${id}: there ${times} times, also in ${key}`);
    if (this.#told.get(id) === "refused") this.#broken.push(`${id}: refused, and there, in ${key}`);
  }

  #expectCount(key: string, id: string, place: number): void {
    const told = this.#told.get(id);
    if (this.#excuses.mayMiscount || typeof told !== "object" || told.count === place) return;
    this.#broken.push(`${key}, row ${place}: the writer of ${id} got the count ${told.count}`);
  }

  #formOf(id: string): RowForm | undefined {
    return this.#forms.get(id.slice(0, Math.max(0, id.lastIndexOf("-"))));
  }

  #complaint(header: readonly string[], row: readonly string[]): Complaint | null {
    if (isSame(row, header)) return ["misplaced", "a second header"];
    if (row.length !== header.length) return ["torn", "of another length"];
    const id = row[0] ?? "";
    const form = this.#formOf(id);
    if (form === undefined) return ["torn", "no writer sent it"];
    if (form.labels.some((label, i) => header[i] !== label)) {
      return ["misplaced", "under foreign headers"];
    }
    if (row[1] !== rowText(id, form.length)) return ["torn", "its text is another"];
    const time = row.at(-1) ?? "";
    const isTime = TIMESTAMP.test(time) ||
      this.#excuses.mayShortenTimestamps && SHORT_TIMESTAMP.test(time);
    return isTime ? null : ["torn", "its timestamp is none"];
  }

  /** The path in a cell is relative to the dataset's own directory. */
  async #missingFile(
    storage: StorageAdapter,
    key: string,
    row: readonly string[],
  ): Promise<Complaint | null> {
    const id = row[0] ?? "";
    const { fileLength } = this.#formOf(id) ?? {};
    if (fileLength === undefined || this.#excuses.mayMissFile?.(id)) return null;
    try {
      const text = await textOf(storage, key.slice(0, key.lastIndexOf("/") + 1) + row[2]);
      return text === rowText(id, fileLength) ? null : ["torn", "its file is another"];
    } catch {
      return ["torn", "its file is missing"];
    }
  }

  #hold([fault, why]: Complaint, what: string): void {
    this.#faults[fault]++;
    this.#broken.push(`${what}: ${why}`);
  }
}
