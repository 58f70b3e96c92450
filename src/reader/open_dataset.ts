import { restoreOf } from "../csv/formulas.ts";
import { LocalFsAdapter } from "../storage/local_fs/mod.ts";
import type { StorageAdapter } from "../storage/storage_adapter.ts";
import { distinct } from "./_layout.ts";
import { openPieces, type PiecesOptions } from "./_pieces.ts";
import { Table } from "./_table.ts";
import type { Dataset, DatasetOptions } from "./dataset.ts";
import { directoryNameOf } from "./resolve_file.ts";

/**
 * Opens all data files of a directory of the local disk as one table.
 *
 * @param directory A path or a file URL, such as `"./flagged"`
 * @category Reading
 */
export function openDataset(directory: string | URL, options?: DatasetOptions): Promise<Dataset>;
/**
 * Opens all data files of a directory as one table: every version, with its parts and segments, and
 * every `log.csv`. Reads the beginning of each. Also reads what Gradio wrote.
 *
 * @param storage The storage
 * @param directory The directory as a key prefix, such as `"flagged"`; empty for the whole storage
 * @throws {DatasetNotFoundError} If there is no data file, or not one of `files`
 * @throws {TypeError} If an option is unknown, or a file without a header has no names of columns
 * @category Reading
 *
 * @example Usage
 * ```ts
 * import { CSVLogger, MemoryAdapter } from "@flagstone/flagging";
 * import { openDataset } from "@flagstone/flagging/dataset";
 * import { assertEquals } from "@std/assert";
 *
 * const storage = new MemoryAdapter();
 * await using logger = new CSVLogger({ storage, verbose: false });
 * await logger.setup(["prompt"]);
 * await logger.flag(["a red circle"], "good");
 * await logger.setup(["prompt", "seed"]);
 * await logger.flag(["a blue square", 42], "wrong");
 *
 * const dataset = await openDataset(storage, "flagged");
 * const rows = await Array.fromAsync(dataset.rows({ where: { flag: "good" } }));
 * assertEquals(rows.map(({ values }) => values.prompt), ["a red circle"]);
 * assertEquals(rows[0]?.values.seed, null); // its file has no such column
 * ```
 */
export function openDataset(
  storage: StorageAdapter,
  directory: string,
  options?: DatasetOptions,
): Promise<Dataset>;
export async function openDataset(
  source: StorageAdapter | string | URL,
  ...rest: readonly (string | DatasetOptions | undefined)[]
): Promise<Dataset> {
  if (typeof source === "string" || source instanceof URL) {
    const storage = new LocalFsAdapter({ root: source });
    const { root } = storage;
    return await open({ storage, directory: "", shown: root, isOwn: true }, rest[0]);
  }
  const [directory, options] = rest;
  if (typeof directory !== "string") {
    throw new TypeError("Cannot open a dataset: the arguments are openDataset(storage, directory)");
  }
  const prefix = directory === "" || directory.endsWith("/") ? directory : `${directory}/`;
  const root = source instanceof LocalFsAdapter ? `${source.root}/` : "";
  return await open({ storage: source, directory: prefix, shown: root + prefix }, options);
}

interface Source {
  readonly storage: StorageAdapter;
  readonly directory: string;
  /** The directory for messages. */
  readonly shown: string;
  readonly isOwn?: boolean;
}

const OPTIONS = ["files", "columns", "types", "formulas", "signal"];

async function open(
  { storage, directory, shown, isOwn = false }: Source,
  given: string | DatasetOptions = {},
): Promise<Dataset> {
  const options = optionsOf(given);
  const { types, formulas, signal, files } = options;
  const names = Array.isArray(options.columns) ? distinct(options.columns) : undefined;
  const columns = names ?? options.columns as "union" | "common" | undefined ?? "union";
  const restore = await restoreOf(formulas);
  const reading: PiecesOptions = { storage, directory, files, names, restore, signal };
  const found = await openPieces(reading);
  const missing = files?.filter((file) => !found.files.includes(file));
  if (found.files.length === 0 || missing !== undefined && missing.length > 0) {
    const { notFound } = await import("./_not_found.ts");
    throw await notFound(storage, directory, { shown, files: missing });
  }
  const settings = {
    opening: reading,
    columns,
    types: typeof types === "object" ? types : {},
    directoryName: directoryNameOf(shown),
    isOwn,
  };
  const table = new Table(found.pieces, settings);
  if (types !== "infer") return table;
  const { inferTypes } = await import("./_infer_types.ts");
  return new Table(found.pieces, { ...settings, types: await inferTypes(table, signal) });
}

function optionsOf(options: string | DatasetOptions): DatasetOptions {
  if (typeof options !== "object") {
    throw new TypeError("Cannot open a dataset: a path of the local disk has no directory besides");
  }
  const unknown = Object.keys(options).find((name) => !OPTIONS.includes(name));
  if (unknown === undefined) return options;
  throw new TypeError(
    `Cannot open a dataset with ${unknown}: the options are ${OPTIONS.join(", ")}`,
  );
}
