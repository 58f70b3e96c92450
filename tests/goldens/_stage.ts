import { LocalFsAdapter } from "../../src/storage/local_fs/mod.ts";
import { MemoryAdapter, type MemoryAdapterOptions } from "../../src/storage/memory_adapter.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { TempDir } from "../helpers/temp_dir.ts";

/** A file in the flagging directory. */
export interface StoredFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** The files in and around the flagging directory. */
export interface Observed {
  readonly dirExists: boolean;
  readonly files: readonly StoredFile[];
  /** The directories in it; `null` on a storage that has none. */
  readonly dirs: readonly string[] | null;
  /** The files that appeared next to it. */
  readonly outside: readonly string[];
}

/** A place to flag in, and to inspect afterwards. */
export interface Stage extends AsyncDisposable {
  /** The directory that loggers get, which replaces `<DIR>`. */
  readonly flaggingDir: string;
  /** The option of the loggers. */
  readonly option: { readonly storage?: StorageAdapter };
  /** A storage that has the flagging directory under this prefix. */
  readonly storage: StorageAdapter;
  readonly prefix: string;
  /** Does in the flagging directory what a step requires; the path `.` is the directory itself. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  makeDirectory(path: string): Promise<void>;
  delete(path: string): Promise<void>;
  observe(): Promise<Observed>;
}

const DIRECTORY = "flagged";

function split(entries: readonly StoredFile[]): Pick<Observed, "files" | "outside"> {
  const prefix = `${DIRECTORY}/`;
  return {
    files: entries.filter(({ path }) => path.startsWith(prefix))
      .map(({ path, bytes }) => ({ path: path.slice(prefix.length), bytes })),
    outside: entries.map(({ path }) => path).filter((path) => !path.startsWith(prefix)),
  };
}

class MemoryStage implements Stage {
  readonly flaggingDir = DIRECTORY;
  readonly prefix = `${DIRECTORY}/`;
  readonly storage: StorageAdapter;
  readonly option: { readonly storage: StorageAdapter };

  constructor(options: MemoryAdapterOptions) {
    this.storage = new MemoryAdapter(options);
    this.option = { storage: this.storage };
  }

  async write(path: string, bytes: Uint8Array): Promise<void> {
    await this.storage.write(this.prefix + path, bytes);
  }

  /** A storage of objects has no directories. */
  makeDirectory(): Promise<void> {
    return Promise.resolve();
  }

  async delete(path: string): Promise<void> {
    const target = path === "." ? this.prefix : this.prefix + path;
    for await (const { key } of this.storage.list({ prefix: target })) {
      if (path === "." || key === target || key.startsWith(`${target}/`)) {
        await this.storage.delete(key);
      }
    }
  }

  async observe(): Promise<Observed> {
    const entries: StoredFile[] = [];
    for await (const { key } of this.storage.list()) {
      const body = (await this.storage.read(key))?.body;
      entries.push({ path: key, bytes: new Uint8Array(await new Response(body).arrayBuffer()) });
    }
    const { files, outside } = split(entries);
    return { dirExists: files.length > 0, files, dirs: null, outside };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.storage[Symbol.asyncDispose]?.();
  }
}

interface Tree {
  readonly files: StoredFile[];
  readonly dirs: string[];
}

async function walk(root: string, path = "", tree: Tree = { files: [], dirs: [] }): Promise<Tree> {
  for await (const { name, isDirectory } of Deno.readDir(`${root}/${path}`)) {
    const child = path === "" ? name : `${path}/${name}`;
    if (isDirectory) {
      tree.dirs.push(child);
      await walk(root, child, tree);
    } else tree.files.push({ path: child, bytes: await Deno.readFile(`${root}/${child}`) });
  }
  return tree;
}

class LocalStage implements Stage {
  readonly #parent: TempDir = new TempDir();
  readonly flaggingDir: string = `${this.#parent.path}/${DIRECTORY}`;
  readonly prefix = "";
  readonly storage: StorageAdapter = new LocalFsAdapter({ root: this.flaggingDir });
  /** Undefined: the loggers use the directory by its name. */
  readonly option = {};

  async write(path: string, bytes: Uint8Array): Promise<void> {
    const target = `${this.flaggingDir}/${path}`;
    await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    await Deno.writeFile(target, bytes);
  }

  async makeDirectory(path: string): Promise<void> {
    await Deno.mkdir(`${this.flaggingDir}/${path}`, { recursive: true });
  }

  async delete(path: string): Promise<void> {
    const target = path === "." ? this.flaggingDir : `${this.flaggingDir}/${path}`;
    await Deno.remove(target, { recursive: true });
  }

  async observe(): Promise<Observed> {
    const tree = await walk(this.#parent.path);
    const { files, outside } = split(tree.files);
    const prefix = `${DIRECTORY}/`;
    const dirs = tree.dirs.filter((path) => path.startsWith(prefix));
    const others = tree.dirs.filter((path) => path !== DIRECTORY && !path.startsWith(prefix));
    return {
      dirExists: tree.dirs.includes(DIRECTORY),
      files,
      dirs: dirs.map((path) => path.slice(prefix.length)),
      outside: [...outside, ...others],
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.storage[Symbol.asyncDispose]?.();
    await this.#parent[Symbol.asyncDispose]();
  }
}

/** The stages on which every golden is tried. */
export const STAGES: Readonly<Record<string, () => Stage>> = {
  "MemoryAdapter": () => new MemoryStage({}),
  "MemoryAdapter that rewrites objects": () =>
    new MemoryStage({ capabilities: { append: "none", versions: "content" } }),
  "LocalFsAdapter": () => new LocalStage(),
};
