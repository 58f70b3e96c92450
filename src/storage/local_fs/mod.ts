/** Keeps objects as files on the local disk. @module */
export { LocalFsAdapter, type LocalFsAdapterOptions } from "./local_fs_adapter.ts";
