import { sha256 } from "@noble/hashes/sha2.js";
import type { Dataset } from "../reader/dataset.ts";
import type { FileRef } from "../reader/sample.ts";
import { cardOf } from "./_dataset_card.ts";
import { type JudgedRow, judgedRows, textIn } from "./_judged_rows.ts";
import { textStream } from "./_streams.ts";
import { Tally } from "./_tally.ts";
import type { Export, ExportedFile, ExportOptions } from "./export.ts";
import { valueIn } from "./jsonl.ts";

/**
 * Options of {@linkcode exportHuggingFace}.
 *
 * @category Exports
 */
export interface HuggingFaceOptions extends ExportOptions {
  /** The columns to export. @default {all} */
  readonly select?: readonly string[] | undefined;
  /**
   * The shares of further splits, such as `{ test: 0.1 }`; all other rows are in `train`. A row's split
   * follows from its text in `splitBy`, so that equal prompts are in one split.
   *
   * @default {one split, train}
   */
  readonly splits?: Readonly<Record<string, number>> | undefined;
  /** The column that decides the split. @default {the first column} */
  readonly splitBy?: string | undefined;
  /** The title of the card. @default {"Flagged samples"} */
  readonly title?: string | undefined;
}

/** Extensions that file names keep. Others become `.bin`, so that no name decides how a file is read. */
const EXTENSION =
  /\.(?:png|jpe?g|gif|webp|avif|bmp|tiff?|mp3|wav|ogg|flac|m4a|mp4|webm|mov|pdf|txt|json|csv)$/i;

/**
 * Exports rows as a directory in the layout that Hugging Face's `datasets` reads: a card, `README.md`, and
 * for each split a `metadata.jsonl` next to the files, whose columns are named `<column>_file_name` or
 * `<column>_file_names`. Files are named by the `rowId`, in folders of two hexadecimal digits, so that no
 * folder has too many. The dataset is read twice for each split.
 *
 * @throws {RangeError} If the shares of the splits are not between 0 and 1, or a split has another name
 * than one of `a-z`, `0-9` and `_`
 * @category Exports
 */
export function exportHuggingFace(dataset: Dataset, options: HuggingFaceOptions = {}): Export {
  const tally = new Tally();
  const splits = splitsOf(options.splits ?? {});
  const splitBy = options.splitBy ?? dataset.columns[0]?.name ?? "";
  const splitIn = (row: JudgedRow) => splitFor(textIn(row.sample, splitBy), splits);
  async function* files(): AsyncGenerator<ExportedFile, void, undefined> {
    yield {
      path: "README.md",
      contentType: "text/markdown; charset=utf-8",
      body: textStream(texts(cardOf([...splits.keys()], options.title ?? "Flagged samples"))),
    };
    for (const split of splits.keys()) {
      const own = (count: Tally) =>
        rowsOf(dataset, options, count, (row) => splitIn(row) === split);
      yield {
        path: `${split}/metadata.jsonl`,
        contentType: "application/x-ndjson",
        body: textStream(metadata(own(tally), dataset, options, tally)),
      };
      // Counted once: the second reading is for the files.
      for await (const row of own(new Tally())) {
        for (const { path, ref } of await filesOf(row)) {
          const result = await ref.read();
          if (result === null) tally.count("missing files");
          else {yield {
              path: `${split}/${path}`,
              contentType: "application/octet-stream",
              body: result.body,
            };}
        }
      }
    }
  }
  return { files: files(), report: tally };
}

async function* texts(text: string): AsyncGenerator<string, void, undefined> {
  yield await Promise.resolve(text);
}

async function* rowsOf(
  dataset: Dataset,
  options: HuggingFaceOptions,
  tally: Tally,
  isOwn: (row: JudgedRow) => boolean,
): AsyncGenerator<JudgedRow, void, undefined> {
  for await (const row of judgedRows(dataset, options, tally)) if (isOwn(row)) yield row;
}

async function* metadata(
  rows: AsyncIterable<JudgedRow>,
  dataset: Dataset,
  { select }: HuggingFaceOptions,
  tally: Tally,
): AsyncGenerator<string, void, undefined> {
  const names = select ?? dataset.columns.map(({ name }) => name);
  const types = new Map(dataset.columns.map(({ name, type }) => [name, type]));
  for await (const row of rows) {
    tally.rows++;
    const members: [string, unknown][] = [];
    const files = await filesOf(row);
    for (const name of names) {
      const own = files.filter(({ ref }) => ref.column === name).map(({ path }) => path);
      const type = types.get(name);
      const isList = type === "files" || type !== "file" && textIn(row.sample, name)[0] === "[";
      // With types, all rows have the same keys, also those without a file.
      const isFile = own.length > 0 || type === "file" || type === "files";
      const text = row.corrections.get(name) ?? valueIn(row.sample, name, null) ?? null;
      if (isFile && isList) members.push([`${name}_file_names`, own]);
      else members.push(isFile ? [`${name}_file_name`, own[0] ?? null] : [name, text]);
    }
    members.push(["_row", row.sample.rowId]);
    yield `${JSON.stringify(Object.fromEntries(members))}\n`;
  }
}

/** The files of a row with their paths in the export. */
async function filesOf({ sample }: JudgedRow): Promise<{ path: string; ref: FileRef }[]> {
  const { rowId } = sample;
  return (await sample.files()).map((ref, i) => {
    const extension = EXTENSION.exec(ref.name)?.[0].toLowerCase() ?? ".bin";
    return { path: `files/${rowId.slice(0, 2)}/${rowId}-${i}${extension}`, ref };
  });
}

/** The splits with the share of rows that ends each, in the order of the shares. */
function splitsOf(shares: Readonly<Record<string, number>>): ReadonlyMap<string, number> {
  const ends = new Map<string, number>();
  let end = 0;
  for (const [name, share] of Object.entries(shares)) {
    if (!/^[a-z0-9_]+$/.test(name) || !(share > 0 && share < 1)) {
      throw new RangeError(
        `Cannot make a split ${JSON.stringify(name)} of ${share}: use { test: 0.1 }`,
      );
    }
    ends.set(name, end += share);
  }
  if (end >= 1) {
    throw new RangeError(`Cannot make splits of ${end} in all: leave some rows to train`);
  }
  return new Map(
    [["train", 1], ...ends].sort(([a], [b]) => a === "train" ? -1 : b === "train" ? 1 : 0) as [
      string,
      number,
    ][],
  );
}

function splitFor(text: string, splits: ReadonlyMap<string, number>): string {
  const hash = sha256(new TextEncoder().encode(text));
  const share = new DataView(hash.buffer).getUint32(0) / 2 ** 32;
  for (const [name, end] of splits) if (name !== "train" && share < end) return name;
  return "train";
}
