/**
 * Keeps objects in a bucket of Amazon S3 or of any service that speaks its protocol: R2, Ceph, MinIO
 * and others. Works in runtimes with `fetch` and WebCrypto: Deno, Node 22, workerd, edge functions.
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
export {
  s3Uploads,
  /** Options of `s3Uploads()`. */
  type S3UploadsOptions,
} from "./s3_uploads.ts";
export type {
  /** An upload that may be made until it expires. */
  SignedUpload,
  /** Signs uploads that go to a store directly. */
  UploadSigner,
  /** An upload to be signed. */
  UploadToSign,
} from "../kit/upload_signer.ts";
export type {
  /** Options of `S3Adapter`. */
  S3AdapterOptions,
  /** The keys that requests are signed with. */
  S3Credentials,
  /** A function that sends requests. */
  S3Fetch,
} from "./_options.ts";
export type {
  /** Options of `StorageAdapter.append()`. */
  AppendOptions,
  /** The callers among whom an atomic operation has one winner. */
  AtomicScope,
  /** A filter for the bytes of an object, for `StorageAdapter.rewrite()`. */
  ByteFilter,
  /** A part of an object, in bytes. */
  ByteRange,
  /** The guarantees of an adapter. */
  Capabilities,
  /** Options of `StorageAdapter.check()`. */
  CheckOptions,
  /** Options of `StorageAdapter.list()`. */
  ListOptions,
  /** The properties of an object that a store reports. */
  ObjectInfo,
  /** One state of one object. */
  ObjectVersion,
  /** Options of every operation. */
  OperationOptions,
  /** A condition of a write. */
  Precondition,
  /** Options of `StorageAdapter.read()`. */
  ReadOptions,
  /** An object, or a part of it, being read. */
  ReadResult,
  /** A place that keeps objects under keys. */
  StorageAdapter,
  /** The body of a write. */
  WriteBody,
  /** Options of `StorageAdapter.write()`. */
  WriteOptions,
} from "../storage_adapter.ts";
export type {
  /** One check of a probe. */
  ProbeCheck,
  /** The result of a probe. */
  ProbeReport,
} from "../probe/mod.ts";
