// deno-lint-ignore-file no-import-prefix -- this module is the one place that names the npm package
import { LimitedBytesTransformStream as Untyped } from "npm:deno-std@1.3.0/streams/limited_bytes_transform_stream.js";

/** Passes at most `size` bytes; with `error`, a longer stream fails. */
export type LimitedBytesTransformStream = TransformStream<Uint8Array, Uint8Array>;

export const LimitedBytesTransformStream: new (
  size: number,
  options?: { error?: boolean },
) => LimitedBytesTransformStream = Untyped;
