import type { Dataset, DatasetOptions } from "../reader/dataset.ts";
import { openDataset } from "../reader/open_dataset.ts";
import { LocalFsAdapter } from "../storage/local_fs/mod.ts";
import type { StorageAdapter } from "../storage/storage_adapter.ts";
import type { Context } from "./command.ts";
import { CommandError } from "./exit.ts";

/** The flags of commands that have a source. */
export const SOURCE_FLAGS = {
  endpoint: { value: "URL", help: "the S3 service, unless AWS_ENDPOINT_URL says it" },
  region: { value: "NAME", help: "its region, unless AWS_REGION says it" },
} as const;

/** The flags of commands that open a dataset. */
export const DATASET_FLAGS = {
  ...SOURCE_FLAGS,
  columns: { value: "A,B", help: "the names of the columns of a log.csv without a header" },
  formulas: { value: "HOW", help: "how text was escaped: gradio (default), strict or as-typed" },
} as const;

/** A directory of a storage. */
export interface Source {
  readonly storage: StorageAdapter;
  /** A key prefix: empty, or with its slash. */
  readonly directory: string;
  /** How the user named it. */
  readonly shown: string;
  /** The path, if it is on the local disk. */
  readonly path: string | undefined;
}

/** Opens the storage of `./path` or `s3://bucket/prefix`. Asks for the permissions that it needs. */
export async function sourceOf(
  text: string | undefined,
  { flags }: Pick<Context, "flags">,
  { write = false }: { readonly write?: boolean } = {},
): Promise<Source> {
  if (text === undefined) throw new CommandError("Name a source: ./flagged or s3://bucket/prefix");
  const [, bucket, prefix = ""] = /^s3:\/\/([^/]+)(?:\/(.*))?$/.exec(text) ?? [];
  if (bucket === undefined) {
    if (/^[a-z][a-z\d+.-]+:\/\//i.test(text) && !text.startsWith("file:")) {
      throw new CommandError(`"${text}" is no source: use a path or s3://bucket/prefix`);
    }
    const root = text.startsWith("file:") ? new URL(text) : text;
    const storage = new LocalFsAdapter({ root });
    await need({ name: "read", path: storage.root }, `--allow-read=${text}`);
    if (write) await need({ name: "write", path: storage.root }, `--allow-write=${text}`);
    return { storage, directory: "", shown: text, path: storage.root };
  }
  const directory = prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
  await need({ name: "env" }, "--allow-env");
  const { S3Adapter } = await import("../storage/s3/mod.ts");
  const [endpoint, region] = [flags.text("endpoint"), flags.text("region")];
  const storage = S3Adapter.fromEnv({
    bucket,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
  });
  const host = endpoint === undefined ? undefined : new URL(endpoint).host;
  if (host !== undefined) await need({ name: "net", host }, `--allow-net=${host}`);
  return { storage, directory, shown: text, path: undefined };
}

/** Opens the dataset of a source. */
export async function datasetOf(
  text: string | undefined,
  context: Context,
  options: DatasetOptions = {},
): Promise<Dataset> {
  const { flags, signal } = context;
  const { storage, directory } = await sourceOf(text, context);
  const columns = flags.list("columns");
  const formulas = flags.text("formulas") as DatasetOptions["formulas"];
  return await openDataset(storage, directory, { columns, formulas, signal, ...options });
}

/** Refuses to go on without a permission, unless Deno can ask a person for it. */
export async function need(permission: Deno.PermissionDescriptor, flag: string): Promise<void> {
  const { state } = await Deno.permissions.query(permission);
  if (state === "granted" || state === "prompt" && Deno.stdin.isTerminal()) return;
  const what = { read: "reading", write: "writing", env: "the environment", net: "the network" };
  const name = what[permission.name as keyof typeof what] ?? permission.name;
  throw new CommandError(`Deno does not permit ${name}: run it again with ${flag}`);
}
