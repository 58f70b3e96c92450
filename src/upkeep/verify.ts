import { escapeCell } from "../csv/escape.ts";
import type { Formulas } from "../csv/formulas.ts";
import type { Damage } from "../reader/damage.ts";
import type { Dataset, Piece } from "../reader/dataset.ts";
import { ReadProgress } from "../reader/read_progress.ts";
import { openDataset } from "../reader/open_dataset.ts";
import { candidateKeys, pathsIn } from "../reader/resolve_file.ts";
import type { Sample } from "../reader/sample.ts";
import type { StorageAdapter } from "../storage/storage_adapter.ts";
import { type Listed, listed, toPrefix } from "./_keys.ts";

/** Something that a person should look at. */
export interface Finding {
  /** The kind, such as `torn`. */
  readonly kind: string;
  /** `error` if rows or files are damaged or missing; `notice` otherwise. */
  readonly severity: "error" | "notice";
  readonly key: string;
  /** The offset of the place, if it is one. */
  readonly start?: number | undefined;
  readonly message: string;
}

/** Options of {@linkcode verify}. */
export interface VerifyOptions {
  /** Whether stored files are checked as well, and looked for that no row names. @default {false} */
  readonly files?: boolean | undefined;
  /** How the loggers escape text. @default {"gradio"} */
  readonly formulas?: Formulas | undefined;
  /** The names of the columns of a log without a header. */
  readonly columns?: readonly string[] | undefined;
  /** Called now and then with the bytes that were read, of all. */
  readonly onProgress?: ((read: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

const PROGRESS_ROWS = 1000;
const ORPHAN_AFTER_MS = 3_600_000;
const OWN_PATH = /^[^/\\]+\/[0-9a-f]{20}\/[^/\\]+$/;

/** Reads a dataset, and yields what a person should look at. Changes nothing. */
export async function* verify(
  storage: StorageAdapter,
  directory: string,
  options: VerifyOptions = {},
): AsyncGenerator<Finding, void, undefined> {
  const { formulas = "gradio", columns, signal } = options;
  const prefix = toPrefix(directory);
  const objects = await Array.fromAsync(listed(storage, prefix));
  yield* objectFindings(objects);
  const open = { columns, signal, formulas: "as-typed" } as const;
  const dataset = await openDataset(storage, prefix, open);
  yield* pieceFindings(dataset.pieces);
  const named = new Set<string>();
  yield* rowFindings(dataset, { ...options, formulas }, named);
  if (options.files) yield* orphans(objects, named);
}

function* objectFindings(objects: readonly Listed[]): Generator<Finding, void, undefined> {
  for (const { key, kind, size } of objects) {
    if (kind === "piece" && size === 0) {
      yield notice("empty", key, "is empty: a logger will fill it");
    }
    if (kind === "aside") yield notice("aside", key, "holds a torn row that was set aside");
    if (kind === "other") yield notice("foreign", key, "is not a file of a logger");
  }
}

function* pieceFindings(pieces: readonly Piece[]): Generator<Finding, void, undefined> {
  for (const [file, own] of Map.groupBy(pieces, ({ file }) => file)) {
    const [first] = own;
    const header = first!.columns.join();
    for (const { key, columns } of own) {
      if (columns.join() === header) continue;
      yield notice(
        "header",
        key,
        `has other columns than ${first!.key}: its rows are read under their own`,
      );
    }
    const parts = own.filter(({ writer }) => writer === null).map(({ part }) => part);
    for (const [i, part] of parts.entries()) {
      const before = parts[i - 1] ?? part - 1;
      if (part === before + 1) continue;
      const message = `has no part ${before + 1}${
        part > before + 2 ? ` to ${part - 1}` : ""
      } before it`;
      yield notice(
        "gap",
        own.find((piece) => piece.part === part)!.key,
        `${message}: were they removed?`,
      );
    }
    if (parts.length === 0) {
      yield notice("segments", first!.key, `is a segment, but there is no ${file}`);
    }
  }
}

async function* rowFindings(
  dataset: Dataset,
  { files = false, formulas, onProgress, signal }: VerifyOptions,
  named: Set<string>,
): AsyncGenerator<Finding, void, undefined> {
  const damage: Damage[] = [];
  const ids = new Set<string>();
  const checked = new Map<string, string | null>();
  const progress = new ReadProgress(dataset.pieces);
  let rows = 0;
  const onDamage = (found: Damage) => void damage.push(found);
  for await (const sample of dataset.rows({ onDamage, signal })) {
    if (++rows % PROGRESS_ROWS === 0) onProgress?.(progress.after(sample), progress.total);
    while (damage.length > 0) yield damaged(damage.shift()!);
    const { id } = sample.values;
    if (typeof id === "string" && id !== "") {
      if (ids.has(id)) yield at(sample, "notice", "id", `has the id "${id}" of an earlier row`);
      ids.add(id);
    }
    if (formulas === "gradio") yield* unescaped(sample);
    if (files) yield* missingFiles(sample, dataset, { named, checked });
  }
  while (damage.length > 0) yield damaged(damage.shift()!);
}

function* unescaped(sample: Sample): Generator<Finding, void, undefined> {
  for (const [column, text] of Object.entries(sample.values)) {
    if (text === null || text[0] === "'" || OWN_PATH.test(text) || escapeCell(text) === text) {
      continue;
    }
    yield at(sample, "notice", "formula", `has a text in "${column}" that a spreadsheet may run`);
  }
}

async function* missingFiles(
  sample: Sample,
  { storage, directory }: Dataset,
  { named, checked }: { readonly named: Set<string>; readonly checked: Map<string, string | null> },
): AsyncGenerator<Finding, void, undefined> {
  for (const { column, key, size } of await sample.files()) {
    named.add(key);
    if (size === 0) {
      yield at(sample, "notice", "empty-file", `names an empty file in "${column}": ${key}`);
    }
  }
  for (const [column, text] of Object.entries(sample.values)) {
    for (const { path } of text === null ? [] : pathsIn(text)) {
      if (!OWN_PATH.test(path)) continue;
      const [key] = candidateKeys(path, { directory, directoryName: "" });
      if (key === undefined || named.has(key)) continue;
      const found = checked.get(key) ?? (await storage.stat(key) === null ? "missing" : "there");
      checked.set(key, found);
      if (found === "missing") {
        yield at(
          sample,
          "error",
          "missing-file",
          `names a file in "${column}" that is not there: ${key}`,
        );
      }
    }
  }
}

/** Files that no row names: a sample that was rejected, or is just being saved. */
function* orphans(
  objects: readonly Listed[],
  named: ReadonlySet<string>,
): Generator<Finding, void, undefined> {
  const latest = Date.now() - ORPHAN_AFTER_MS;
  for (const { key, name, kind, modified } of objects) {
    if (kind !== "file" || !OWN_PATH.test(name) || named.has(key)) continue;
    if (modified !== undefined && modified.getTime() > latest) continue;
    yield notice("orphan", key, "is a file that no row names");
  }
}

function damaged({ kind, key, start, message }: Damage): Finding {
  return { kind, severity: "error", key, start, message };
}

function notice(kind: string, key: string, what: string): Finding {
  return { kind, severity: "notice", key, message: `"${key}" ${what}` };
}

function at(
  { key, start }: Sample,
  severity: Finding["severity"],
  kind: string,
  what: string,
): Finding {
  return { kind, severity, key, start, message: `The row at byte ${start} of "${key}" ${what}` };
}
