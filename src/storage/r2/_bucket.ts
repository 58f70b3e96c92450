/**
 * An object of R2: the part of Cloudflare's `R2Object` that is used here.
 *
 * @category R2 binding
 */
export interface R2ObjectLike {
  /** The object's key. */
  readonly key: string;
  /** Its size in bytes. */
  readonly size: number;
  /** Its ETag, without quotes. */
  readonly etag: string;
  /** When it was written. */
  readonly uploaded: Date;
  /** The headers that it is served with. */
  readonly httpMetadata?: R2HttpMetadataLike | undefined;
  /** Its metadata. */
  readonly customMetadata?: Record<string, string> | undefined;
}

/**
 * The headers that an object is served with: the part of `R2HTTPMetadata` that is used here.
 *
 * @category R2 binding
 */
export interface R2HttpMetadataLike {
  /** The media type. */
  contentType?: string;
}

/**
 * An object, or a part of it, being read: the part of `R2ObjectBody` that is used here.
 *
 * @category R2 binding
 */
export interface R2ObjectBodyLike extends R2ObjectLike {
  /** The bytes; missing if a condition was not met. */
  readonly body: ReadableStream;
}

/**
 * A condition on the existing object: the part of `R2Conditional` that is used here.
 *
 * @category R2 binding
 */
export interface R2ConditionLike {
  /** The ETag that it must have. */
  etagMatches?: string;
  /** The ETag that it must not have; `"*"` if there must be no object. */
  etagDoesNotMatch?: string;
}

/**
 * A part of an object: the part of `R2Range` that is used here.
 *
 * @category R2 binding
 */
export type R2RangeLike =
  | { offset: number; length?: number }
  | { suffix: number };

/**
 * Options of a read.
 *
 * @category R2 binding
 */
export interface R2GetOptionsLike {
  /** The condition. */
  onlyIf?: R2ConditionLike;
  /** The part to read. */
  range?: R2RangeLike;
}

/**
 * The metadata of a write.
 *
 * @category R2 binding
 */
export interface R2MetadataOptionsLike {
  /** The headers that it is served with. */
  httpMetadata?: R2HttpMetadataLike;
  /** Names and values. */
  customMetadata?: Record<string, string>;
}

/**
 * Options of a write.
 *
 * @category R2 binding
 */
export interface R2PutOptionsLike extends R2MetadataOptionsLike {
  /** The condition. */
  onlyIf?: R2ConditionLike;
}

/**
 * Options of a listing.
 *
 * @category R2 binding
 */
export interface R2ListOptionsLike {
  /** The start of the keys. */
  prefix?: string;
  /** Lists keys after this one. */
  startAfter?: string;
  /** Continues after a page. */
  cursor?: string;
  /** The largest number of entries. */
  limit?: number;
  /** The metadata to include. */
  include?: ("httpMetadata" | "customMetadata")[];
}

/**
 * A page of a listing.
 *
 * @category R2 binding
 */
export interface R2ObjectsLike {
  /** The objects. */
  readonly objects: readonly R2ObjectLike[];
  /** Whether there are more. */
  readonly truncated: boolean;
  /** The cursor for the next page, if there are more. */
  readonly cursor?: string | undefined;
}

/**
 * A part that has arrived.
 *
 * @category R2 binding
 */
export interface R2UploadedPartLike {
  /** Its number, from 1. */
  partNumber: number;
  /** Its ETag. */
  etag: string;
}

/**
 * An upload in parts: the part of `R2MultipartUpload` that is used here.
 *
 * @category R2 binding
 */
export interface R2MultipartUploadLike {
  /** Sends a part. */
  uploadPart(partNumber: number, value: Uint8Array): Promise<R2UploadedPartLike>;
  /** Creates the object from its parts. */
  complete(parts: R2UploadedPartLike[]): Promise<R2ObjectLike>;
  /** Removes the parts. */
  abort(): Promise<void>;
}

/**
 * The binding of a bucket: the part of Cloudflare's `R2Bucket` that is used here.
 *
 * @category R2 binding
 */
export interface R2BucketLike {
  /** Returns the metadata of an object. */
  head(key: string): Promise<R2ObjectLike | null>;
  /** Reads an object; the result has no body if a condition was not met. */
  get(key: string, options: R2GetOptionsLike): Promise<R2ObjectBodyLike | R2ObjectLike | null>;
  /** Writes an object; returns `null` if a condition was not met. */
  put(key: string, value: Uint8Array, options: R2PutOptionsLike): Promise<R2ObjectLike | null>;
  /** Removes an object. */
  delete(key: string): Promise<void>;
  /** Lists objects. */
  list(options: R2ListOptionsLike): Promise<R2ObjectsLike>;
  /** Starts an upload in parts. */
  createMultipartUpload(
    key: string,
    options: R2MetadataOptionsLike,
  ): Promise<R2MultipartUploadLike>;
}
