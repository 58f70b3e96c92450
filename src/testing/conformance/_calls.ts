import type {
  OperationOptions,
  StorageAdapter,
  WriteOptions,
} from "../../storage/storage_adapter.ts";
import { encode, streamOf } from "./_harness.ts";

/** One way to call an adapter on a key. */
export interface Call {
  /** The call, for messages. */
  readonly name: string;
  /** Whether it changes the store. */
  readonly mutates: boolean;
  /** Makes the call; a write or an append stores `"new"`. */
  readonly run: (key: string, options?: OperationOptions) => Promise<unknown>;
}

/** Returns every way to write that the adapter declares. */
function writes(adapter: StorageAdapter): Call[] {
  const { create, append } = adapter.capabilities;
  const write = (extra: WriteOptions): Call["run"] => (key, options) =>
    adapter.write(key, encode("new"), { ...options, ...extra });
  const calls: Call[] = [
    { name: "write", mutates: true, run: write({}) },
    {
      name: "streamed write",
      mutates: true,
      run: (key, options) => adapter.write(key, streamOf([encode("new")]), options),
    },
  ];
  if (create !== "none") {
    const run = write({ precondition: "absent" });
    calls.push({ name: "create", mutates: true, run });
  }
  if (append !== "none") {
    const run: Call["run"] = (key, options) =>
      adapter.append?.(key, encode("new"), { ...options, at: 0 }) ??
        Promise.resolve();
    calls.push({ name: "append", mutates: true, run });
  }
  return calls;
}

/** Returns every method that takes a key, in every way that the adapter declares. */
export function callsOf(adapter: StorageAdapter): Call[] {
  return [
    {
      name: "stat",
      mutates: false,
      run: (key, options) => adapter.stat(key, options),
    },
    {
      name: "read",
      mutates: false,
      run: (key, options) => adapter.read(key, options),
    },
    {
      name: "delete",
      mutates: true,
      run: (key, options) => adapter.delete(key, options),
    },
    ...writes(adapter),
  ];
}
