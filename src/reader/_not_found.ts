import type { StorageAdapter } from "../storage/storage_adapter.ts";
import { DatasetNotFoundError } from "./dataset_not_found_error.ts";

const MOST_KEYS = 5000;
const MOST_SHOWN = 8;
const DATA_FILE = /^(.*?)(?:dataset\d+|log\d*)(?:\.[\w.]+)?\.csv$/;

/** Returns the error that there is no dataset, with what is there instead. */
export async function notFound(
  storage: StorageAdapter,
  directory: string,
  { shown, files }: { readonly shown: string; readonly files: readonly string[] | undefined },
): Promise<DatasetNotFoundError> {
  const here = new Set<string>();
  const elsewhere = new Set<string>();
  for await (const { key } of storage.list({ limit: MOST_KEYS })) {
    if (key.startsWith(directory)) here.add(firstName(key.slice(directory.length)));
    const other = DATA_FILE.exec(key)?.[1];
    if (other !== undefined && !other.slice(0, -1).includes("//")) elsewhere.add(other);
  }
  const holds = here.size === 0 ? "it is empty or missing" : `it holds ${list([...here])}`;
  const suggestions = [...elsewhere].filter((other) => other !== directory);
  const others = suggestions.length === 0 ? "" : `; there are datasets in ${list(suggestions)}`;
  const wanted = files === undefined ? "no dataset" : `no ${list(files)}`;
  return new DatasetNotFoundError(
    `There is ${wanted} in ${JSON.stringify(shown)}: ${holds}${others}`,
    directory,
    suggestions,
  );
}

/** The first segment of a path, with a slash if it is a directory's. */
function firstName(path: string): string {
  const slash = path.indexOf("/");
  return slash === -1 ? path : path.slice(0, slash + 1);
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, MOST_SHOWN).map((name) => JSON.stringify(name || "./")).join(", ");
  return names.length > MOST_SHOWN ? `${shown} and ${names.length - MOST_SHOWN} more` : shown;
}
