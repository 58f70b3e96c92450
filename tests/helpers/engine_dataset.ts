import { encodeRow } from "../../src/csv/encode.ts";
import { escapeCell } from "../../src/csv/escape.ts";

/** The size of a dataset. */
export interface EngineDatasetSize {
  readonly rows: number;
  /** The number of segments, in which a third of the rows are. */
  readonly segments: number;
}

const TEXTS = [
  "a red circle",
  'she said "no", twice',
  "two\r\nlines",
  "one\nbreak\rand another",
  "😀 and é",
  "=1+1",
  "x,=2",
  "'quoted",
  "''=twice",
  "-5",
  "NA",
  "null",
  "NULL",
  "nan",
  "\\N",
  "",
  " blank ",
  "1e400",
  '{"a": [1, "x"]}',
  "'-0.5678",
  "#comment",
  "\t",
];
const FLAGS = ["good", "wrong", ""];
const START = Date.UTC(2026, 0, 1);
/** The columns of each version before those of the logger, and its share of the rows in tenths. */
const VERSIONS: readonly (readonly [columns: readonly string[], tenths: number])[] = [
  [["prompt", "answer"], 4],
  [["prompt", "answer", "seed"], 3],
  [["label", "label", "Label", 'a "quoted", name', "line\nbreak", "=formula", "it's"], 1],
  [["answer", "prompt"], 1],
  [["prompt", "note"], 1],
];
const OWN = ["flag", "username", "timestamp"];
const MOST_AT_ONCE = 5000;
const encoder: TextEncoder = new TextEncoder();

/**
 * Writes a dataset of five versions without the loggers, whose speed is not the question: the first one
 * in three parts, the second one in segments.
 */
export function writeEngineDataset(dir: string, { rows, segments }: EngineDatasetSize): void {
  let from = 0;
  for (const [i, [columns, tenths]] of VERSIONS.entries()) {
    const stem = `${dir}/dataset${i + 1}`;
    const count = Math.floor(rows * tenths / 10);
    const paths = i === 0
      ? [`${stem}.csv`, `${stem}.2.csv`, `${stem}.3.csv`]
      : i === 1
      ? Array.from({ length: segments }, (_, n) => `${stem}.${writer(n)}.csv`)
      : [`${stem}.csv`];
    for (const [n, path] of paths.entries()) {
      const end = Math.floor(count * (n + 1) / paths.length);
      const start = Math.floor(count * n / paths.length);
      writeFile(path, columns, { from: from + start, to: from + end });
    }
    from += count;
  }
}

/** A text of some words, so that rows have the length of a question and its answer. */
const PADDING = "The answer was right, but it took three good tries. ";

/**
 * Writes a dataset of two versions with rows of 122 bytes on average.
 *
 * @param times How often the rows of each file are repeated: a large dataset is then written faster
 */
export function writeLargeDataset(
  dir: string,
  { rows, times = 1 }: { readonly rows: number; readonly times?: number },
): void {
  const half = Math.floor(rows / times / 2);
  for (const [i, columns] of [["prompt", "answer"], ["prompt", "answer", "seed"]].entries()) {
    const path = `${dir}/dataset${i + 1}.csv`;
    writeFile(path, columns, { from: half * i, to: half * (i + 1), padding: PADDING });
    if (times > 1) repeat(path, times);
  }
}

/** Writes a dataset of one version that consists of segments. */
export function writeSegments(
  dir: string,
  { segments, rows }: { readonly segments: number; readonly rows: number },
): void {
  for (let n = 0; n < segments; n++) {
    const path = `${dir}/dataset1.${writer(n)}.csv`;
    writeFile(path, ["prompt", "answer"], { from: rows * n, to: rows * (n + 1) });
  }
}

/** Repeats the rows of a file, whose header is its first line. */
function repeat(path: string, times: number): void {
  const bytes = Deno.readFileSync(path);
  const body = bytes.subarray(bytes.indexOf(0x0a) + 1);
  using file = Deno.openSync(path, { append: true });
  for (let n = 1; n < times; n++) writeAll(file, body);
}

/** Names of segments sort by the time of their first row. */
function writer(n: number): string {
  const time = (START + n * 60_000).toString(16).padStart(12, "0");
  return `w${time}${n.toString(16).padStart(8, "0")}`;
}

interface Rows {
  readonly from: number;
  readonly to: number;
  /** A text in front of that of the first column. */
  readonly padding?: string;
}

function writeFile(
  path: string,
  columns: readonly string[],
  { from, to, padding = "" }: Rows,
): void {
  using file = Deno.openSync(path, { write: true, create: true, truncate: true });
  let text = encodeRow([...columns.map(escapeCell), ...OWN]);
  for (let row = from; row < to; row++) {
    const [first = "", ...others] = cellsAt(row, columns.length);
    text += encodeRow([padding === "" ? first : escapeCell(padding + first), ...others]);
    if ((row + 1) % MOST_AT_ONCE > 0 && row + 1 < to) continue;
    writeAll(file, encoder.encode(text));
    text = "";
  }
  writeAll(file, encoder.encode(text));
}

function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += file.writeSync(bytes.subarray(done));
}

function cellsAt(row: number, columns: number): string[] {
  const cells = Array.from({ length: columns }, (_, i) => {
    const text = TEXTS[(row * 7 + i * 5 + (row >> 6)) % TEXTS.length]!;
    return escapeCell(i === 0 && row % 3 > 0 ? `${text} ${row}` : text);
  });
  const time = new Date(START + row * 1000).toISOString().replace("T", " ").slice(0, 19);
  const micros = String(row % 1_000_000).padStart(6, "0");
  return [...cells, FLAGS[row % 3]!, `u${row % 40}`, `${time}.${micros}`];
}
