import { LocalFsAdapter } from "../../src/storage/local_fs/mod.ts";
import { S3Adapter } from "../../src/storage/s3/mod.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";

/** Where processes of the torture work: a directory, or the address of an S3 stub. */
export interface UpkeepPlace {
  readonly root?: string;
  readonly endpoint?: string;
}

/** Opens a place. */
export function openPlace({ root, endpoint }: UpkeepPlace): StorageAdapter {
  if (root !== undefined) return new LocalFsAdapter({ root });
  const keys = { accessKeyId: "id", secretAccessKey: "secret" };
  return new S3Adapter({ endpoint: endpoint!, bucket: "flags", ...keys });
}
