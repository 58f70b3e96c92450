import type { Attempt } from "../kit/fail.ts";

/** One request to a bucket. */
export interface S3Request {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  /** The object's whole key; without it the request is to the bucket. */
  readonly key?: string | undefined;
  readonly query?: Readonly<Record<string, string>> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: Uint8Array<ArrayBuffer> | undefined;
}

/** For whom a request is made, and what its failure means. */
export interface S3Context {
  readonly attempt: Attempt;
  readonly signal?: AbortSignal | undefined;
  /** Whether it changes something; where it may have, failures say so. */
  readonly mutates?: boolean | undefined;
}
