import { sha256 } from "@noble/hashes/sha2.js";
import { walk } from "@std/fs/walk";
import { pathSegment } from "../components/safe_name.ts";
import { escapeCell } from "../csv/escape.ts";
import { DatasetVersions } from "../dataset/dataset_versions.ts";
import type { Field } from "../dataset/fields.ts";
import { type FileNames, fixedNames } from "../dataset/file_names.ts";
import type { Damage } from "../reader/damage.ts";
import type { Dataset } from "../reader/dataset.ts";
import { DatasetNotFoundError } from "../reader/dataset_not_found_error.ts";
import { openDataset } from "../reader/open_dataset.ts";
import { pathsIn } from "../reader/resolve_file.ts";
import type { FileRef, Sample } from "../reader/sample.ts";
import { cellsOf } from "../reader/stored_cells.ts";
import { hex } from "../storage/kit/hex.ts";
import { hasCode } from "../storage/storage_error.ts";
import { toPrefix } from "./_keys.ts";
import type { Place } from "./copy.ts";
import { MaintenanceLock } from "./maintenance_lock.ts";

/** Options of {@linkcode importGradio}. */
export interface ImportOptions {
  /** Whether to import, and not only to count. @default {false} */
  readonly apply?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What an import did, or would do. */
export interface ImportReport {
  /** The directories that were read. */
  readonly directories: readonly string[];
  /** The number of rows, of files, and of rows that went to `import.rejected.csv`. */
  readonly rows: number;
  readonly files: number;
  readonly rejected: number;
}

const REJECTED = "import.rejected.csv";
const TAIL = ["flag", "username", "timestamp"];
const encoder: TextEncoder = new TextEncoder();

/**
 * Imports what Gradio apps flagged below a directory of the local disk: each `.gradio/flagged` and `flagged`
 * there, or the directory itself. Rows of each kind go into a dataset of their own, with an `id` that
 * follows from the row, so that a second import adds nothing. Files are copied, and their cells become paths
 * below the new dataset. Timestamps are kept as they are: those of old versions of Gradio are local time.
 *
 * @throws {DatasetNotFoundError} If there is no such directory
 * @throws {MaintenanceRunningError} If another maintenance runs in the destination
 */
export async function importGradio(
  path: string,
  destination: Place,
  { apply = false, signal }: ImportOptions = {},
): Promise<ImportReport> {
  const prefix = toPrefix(destination.directory);
  const directories = await flaggedIn(path);
  if (directories.length === 0) {
    throw new DatasetNotFoundError(`There is no dataset of Gradio below "${path}"`, path, []);
  }
  await using _ = apply ? await MaintenanceLock.take(destination.storage, prefix) : null;
  const target = new Target(destination.storage, prefix, apply);
  for (const directory of directories) {
    await using dataset = await openDataset(directory);
    await importAll(dataset, directory, { target, signal });
  }
  return { directories, ...target.counts };
}

/** Finds the directories that hold datasets of Gradio. */
async function flaggedIn(path: string): Promise<string[]> {
  const found: string[] = [];
  const options = { includeFiles: false, includeSymlinks: false, followSymlinks: false };
  for await (const entry of walk(path, { ...options, skip: [/node_modules/, /[/\\]\.git$/] })) {
    const isNamed = /(?:^|[/\\])flagged$/.test(entry.path) || entry.path === path;
    if (isNamed && hasDataset(entry.path)) found.push(entry.path);
  }
  return found.sort();
}

function hasDataset(path: string): boolean {
  return [...Deno.readDirSync(path)].some(({ name, isFile }) =>
    isFile && /^(?:dataset\d+|log\d*)\.csv$/.test(name)
  );
}

async function importAll(
  dataset: Dataset,
  from: string,
  { target, signal }: { readonly target: Target; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const damage: Damage[] = [];
  const onDamage = (found: Damage) => void damage.push(found);
  for await (const sample of dataset.rows({ onDamage, signal })) {
    const wrong = damage.find(({ key, start }) => key === sample.key && start === sample.start);
    const isUnplaced = wrong?.kind === "cells";
    if (isUnplaced) await target.reject(from, wrong!, JSON.stringify(cellsOf(sample)));
    else await target.add(sample);
  }
  const torn = damage.filter(({ kind }) => kind === "torn" || kind === "vanished");
  for (const found of torn) await target.reject(from, found, "");
}

/** Where rows are imported to. */
class Target {
  readonly #place: Place;
  readonly #apply: boolean;
  /** The datasets by their columns. */
  readonly #datasets: Map<string, DatasetVersions> = new Map();
  #rejects: DatasetVersions | undefined;
  /** What was imported. */
  readonly counts = { rows: 0, files: 0, rejected: 0 };

  constructor(storage: Place["storage"], directory: string, apply: boolean) {
    this.#place = { storage, directory };
    this.#apply = apply;
  }

  async add(sample: Sample): Promise<void> {
    this.counts.rows++;
    const files = await sample.files();
    this.counts.files += files.length;
    if (!this.#apply) return;
    const paths = new Map<string, string>();
    for (const file of files) paths.set(file.key, await this.#copyFile(file));
    const cells = sample.irregular ? byLength(sample) : byColumn(sample);
    const fields = cells.map(([column, text]): Field => {
      const own = files.filter((file) => file.column === column);
      return { column, cell: cellOf(text, own, paths) };
    });
    const last = fields.pop()!;
    const id = { column: "id", cell: sample.rowId };
    const columns = [...fields, id, last].map(({ column }) => column).join("\n");
    const versions = this.#datasets.get(columns) ?? this.#versions();
    this.#datasets.set(columns, versions);
    await versions.add([...fields, id, last]);
  }

  #versions(): DatasetVersions {
    const { storage, directory } = this.#place;
    return new DatasetVersions(storage, everyName(directory), { idColumn: "id" });
  }

  /** Copies a file under a key that follows from its own, so that a second import finds it. */
  async #copyFile(file: FileRef): Promise<string> {
    const { storage, directory } = this.#place;
    const random = hex(sha256(encoder.encode(file.key)).subarray(0, 10));
    const name = pathSegment(file.name.replace(/^.*[/\\]/s, "")) || "file";
    const path = `${pathSegment(file.column) || "file"}/${random}/${name}`;
    const found = await file.read();
    if (found === null) return path;
    try {
      await storage.write(directory + path, found.body, {
        size: file.size,
        precondition: "absent",
      });
    } catch (error) {
      await found.body.cancel().catch(() => {});
      if (!hasCode(error, "Conflict")) throw error;
    }
    return path;
  }

  async reject(from: string, { key, start, message }: Damage, text: string): Promise<void> {
    this.counts.rejected++;
    if (!this.#apply) return;
    const { storage, directory } = this.#place;
    this.#rejects ??= new DatasetVersions(storage, fixedNames(directory + REJECTED), {
      idColumn: "id",
    });
    const id = hex(sha256(encoder.encode(`${from} ${key} ${start} ${text}`)).subarray(0, 8));
    const cells = {
      source: `${from}/${key}`,
      start: String(start),
      reason: message,
      cells: text,
      id,
    };
    const fields = Object.entries(cells).map(([column, cell]) => ({
      column,
      cell: escapeCell(cell),
    }));
    await this.#rejects.add([...fields, { column: "timestamp", cell: new Date().toISOString() }]);
  }
}

/** `dataset<N>.csv` from the first one on, so that a second import finds the file of the first. */
function everyName(directory: string): FileNames {
  const keyOf = (number: number) => `${directory}dataset${number}.csv`;
  return {
    likely: keyOf(1),
    first: () => Promise.resolve(keyOf(1)),
    next: (key) => keyOf(Number(/(\d+)\.csv$/.exec(key)![1]) + 1),
  };
}

/** The texts of a row by the columns of its file; `timestamp` comes last. */
function byColumn({ values }: Sample): [string, string][] {
  const there = Object.entries(values).filter((cell): cell is [string, string] => cell[1] !== null);
  const others = there.filter(([column]) => column !== "timestamp");
  return [...others, ["timestamp", values.timestamp ?? ""]];
}

/** The texts of a row of another app, whose components have no names. */
function byLength(sample: Sample): [string, string][] {
  const cells = cellsOf(sample);
  const tail = TAIL.filter((name) =>
    sample.values[name] !== null && sample.values[name] !== undefined
  );
  const components = cells.slice(0, cells.length - tail.length);
  return [
    ...components.map((text, i): [string, string] => [`component ${i + 1}`, text]),
    ...tail.map((name): [string, string] => [name, sample.values[name]!]),
  ];
}

/** The cell of the new dataset: the path, or the paths, of the copied files instead of the old ones. */
function cellOf(
  text: string,
  files: readonly FileRef[],
  paths: ReadonlyMap<string, string>,
): string {
  if (files.length === 0) return escapeCell(text);
  const found = files.map(({ key }) => paths.get(key)!);
  return pathsIn(text).length === 1 && text[0] !== "[" ? found[0]! : JSON.stringify(found);
}
