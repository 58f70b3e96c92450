// Calls a LocalFsAdapter in a separate process, and prints the result of each call.
import { LocalFsAdapter, StorageError } from "@flagstone/flagging";
import { fsError } from "../../src/storage/local_fs/_errors.ts";
import { patternAt } from "./pattern.ts";

/** One call. Bodies are the pattern, from an offset on. */
export interface FsCall {
  readonly method: "stat" | "write" | "stream" | "append" | "delete" | "list" | "full";
  readonly key?: string;
  readonly at?: number;
  readonly length?: number;
}

/** The job of a process; `full` is a write to a device that has no space. */
export interface FsJob {
  readonly root: string;
  readonly durable?: boolean;
  readonly calls: readonly FsCall[];
}

/** The result of a call: `code` and `outcome` if it rejected. */
export interface FsResult {
  readonly size?: number;
  readonly keys?: readonly string[];
  readonly code?: string;
  readonly outcome?: string;
  readonly message?: string;
}

/** The output of a process. */
export interface FsReport {
  readonly results: readonly FsResult[];
  /** How often the system wrote fewer bytes than it was given. */
  readonly shortWrites: number;
}

let shortWrites = 0;

function countShortWrites(): void {
  const { writeSync } = Deno.FsFile.prototype;
  Deno.FsFile.prototype.writeSync = function (bytes) {
    const written = writeSync.call(this, bytes);
    if (written < bytes.length) shortWrites++;
    return written;
  };
}

async function make(storage: LocalFsAdapter, call: FsCall): Promise<FsResult> {
  const { method, key = "", at = 0, length = 0 } = call;
  switch (method) {
    case "stat":
      return { size: (await storage.stat(key))?.size ?? -1 };
    case "write":
      return { size: (await storage.write(key, patternAt(0, length))).size };
    case "stream":
      return { size: (await storage.write(key, new Blob([patternAt(0, length)]).stream())).size };
    case "append":
      return { size: (await storage.append(key, patternAt(at, length), { at })).size };
    case "delete":
      await storage.delete(key);
      return {};
    case "full":
      return writeToFullDevice(key);
    case "list":
      return { keys: (await Array.fromAsync(storage.list())).map((info) => info.key) };
  }
}

function writeToFullDevice(key: string): never {
  using device = Deno.openSync("/dev/full", { write: true });
  try {
    device.writeSync(new Uint8Array(1));
  } catch (error) {
    throw fsError(
      error,
      { adapter: "local-fs", operation: "write", key },
      "/mnt/full/a",
      "not-applied",
    );
  }
  throw new Error("The device took the byte");
}

async function resultOf(storage: LocalFsAdapter, call: FsCall): Promise<FsResult> {
  try {
    return await make(storage, call);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    const { code, message, outcome } = error;
    return { code, message, ...(outcome === undefined ? {} : { outcome }) };
  }
}

if (import.meta.main) {
  const { root, durable, calls }: FsJob = JSON.parse(Deno.args[0] ?? "");
  const storage = new LocalFsAdapter({ root, durable });
  countShortWrites();
  const results: FsResult[] = [];
  for (const call of calls) results.push(await resultOf(storage, call));
  const report: FsReport = { results, shortWrites };
  // deno-lint-ignore no-console -- how it reaches the test
  console.log(JSON.stringify(report));
}
