/**
 * Keeps objects in a bucket of Cloudflare R2 by its binding in a Worker, without access keys.
 *
 * ```ts ignore
 * import { CSVLogger } from "@flagstone/flagging";
 * import { R2Adapter } from "@flagstone/flagging/r2";
 *
 * const logger = new CSVLogger({ storage: new R2Adapter(env.BUCKET), verbose: false });
 * await logger.setup(["question", "answer"]);
 * ```
 *
 * A Worker must not share a logger among its requests, because the work of a request ends with it:
 * create a logger in each, or keep one in a Durable Object, which writes the samples of all requests
 * together, as `examples/edge/worker.ts` does.
 *
 * @module
 */
export {
  R2Adapter,
  /** Options of `R2Adapter`. */
  type R2AdapterOptions,
} from "./r2_adapter.ts";
export type {
  /** The binding of a bucket. */
  R2BucketLike,
  /** A condition on the object in the bucket. */
  R2ConditionLike,
  /** Options of a read. */
  R2GetOptionsLike,
  /** The headers that an object is served with. */
  R2HttpMetadataLike,
  /** Options of a listing. */
  R2ListOptionsLike,
  /** The metadata of a write. */
  R2MetadataOptionsLike,
  /** An upload in parts. */
  R2MultipartUploadLike,
  /** An object being read. */
  R2ObjectBodyLike,
  /** The properties of an object that R2 reports. */
  R2ObjectLike,
  /** A page of a listing. */
  R2ObjectsLike,
  /** Options of a write. */
  R2PutOptionsLike,
  /** A part of an object. */
  R2RangeLike,
  /** A part that has arrived. */
  R2UploadedPartLike,
} from "./_bucket.ts";
export type {
  /** One check of a probe. */
  ProbeCheck,
  /** The result of a probe. */
  ProbeReport,
} from "../probe/mod.ts";
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
