import type { Attempt } from "../kit/fail.ts";

/** One request to a bucket. */
export interface S3Request {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  /** The object's whole key; `undefined` for a request to the bucket. */
  readonly key?: string | undefined;
  readonly query?: Readonly<Record<string, string>> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: Uint8Array<ArrayBuffer> | undefined;
}

/** The operation that a request belongs to, and what its failure means. */
export interface S3Context {
  readonly attempt: Attempt;
  readonly signal?: AbortSignal | undefined;
  /** Whether it is a mutation, so that failures have an outcome. */
  readonly mutates?: boolean | undefined;
}
