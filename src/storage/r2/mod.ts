/**
 * Keeps objects in a bucket of Cloudflare R2, by its binding in a Worker: no keys, no signatures.
 *
 * ```ts ignore
 * import { CSVLogger } from "@flagstone/flagging";
 * import { R2Adapter } from "@flagstone/flagging/r2";
 *
 * const logger = new CSVLogger({ storage: new R2Adapter(env.BUCKET), verbose: false });
 * await logger.setup(["question", "answer"]);
 * ```
 *
 * A Worker must not share a logger among its requests, for what one request has begun ends with it:
 * make a logger in each, or keep one in a Durable Object, which then writes the samples of all
 * requests together, as `examples/edge/worker.ts` does.
 *
 * @module
 */
export { R2Adapter, type R2AdapterOptions } from "./r2_adapter.ts";
export type {
  R2BucketLike,
  R2ConditionLike,
  R2GetOptionsLike,
  R2HttpMetadataLike,
  R2ListOptionsLike,
  R2MetadataOptionsLike,
  R2MultipartUploadLike,
  R2ObjectBodyLike,
  R2ObjectLike,
  R2ObjectsLike,
  R2PutOptionsLike,
  R2RangeLike,
  R2UploadedPartLike,
} from "./_bucket.ts";
export type { ProbeCheck, ProbeReport } from "../probe/mod.ts";
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
