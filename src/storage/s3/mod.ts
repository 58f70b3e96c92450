/**
 * Keeps objects in a bucket of Amazon S3 or of any service that speaks its protocol: R2, Ceph, MinIO
 * and others. Works wherever `fetch` and WebCrypto are: Deno, Node 20, workerd, edge functions.
 *
 * ```ts
 * import { CSVLogger } from "@flagstone/flagging";
 * import { S3Adapter } from "@flagstone/flagging/s3";
 *
 * const keys = { accessKeyId: "AKIA…", secretAccessKey: "…" }; // or S3Adapter.fromEnv()
 * const storage = new S3Adapter({ bucket: "flags", region: "eu-central-1", ...keys });
 * const logger = new CSVLogger({ storage }); // nothing is sent before the first flag
 * ```
 *
 * @module
 */
export { S3Adapter } from "./s3_adapter.ts";
export type { S3AdapterOptions, S3Fetch } from "./_options.ts";
export type {
  AppendOptions,
  AtomicScope,
  ByteRange,
  Capabilities,
  ListOptions,
  ObjectInfo,
  ObjectVersion,
  OperationOptions,
  Precondition,
  ReadOptions,
  ReadResult,
  StorageAdapter,
  WriteBody,
  WriteOptions,
} from "../storage_adapter.ts";
export type { ProbeCheck, ProbeReport } from "../probe/mod.ts";
