// The feedback endpoint as a Cloudflare Worker with an R2 bucket. Its wrangler.toml:
//
//   name = "feedback"
//   main = "worker.ts"
//   compatibility_date = "2026-01-01"
//   r2_buckets = [{ binding = "BUCKET", bucket_name = "feedback" }]
//   durable_objects.bindings = [{ name = "FEEDBACK", class_name = "Feedback" }]
//   migrations = [{ tag = "v1", new_sqlite_classes = ["Feedback"] }]
//
// Set the token with: npx wrangler secret put TOKEN
import { R2Adapter, type R2BucketLike } from "@flagstone/flagging/r2";
import { createFeedback } from "./handler.ts";

interface Fetcher {
  fetch(request: Request): Promise<Response>;
}

interface Env {
  readonly BUCKET: R2BucketLike;
  readonly TOKEN?: string;
  readonly FEEDBACK: { idFromName(name: string): unknown; get(id: unknown): Fetcher };
}

/**
 * The one object that logs. A Worker must not share a logger among its requests, because the runtime
 * cancels the I/O of a request when that request ends; a Durable Object may. R2 also takes about one
 * write a second per key: samples that arrive here during a write are written together.
 */
export class Feedback implements Fetcher {
  readonly fetch: (request: Request) => Promise<Response>;

  constructor(_state: unknown, { BUCKET, TOKEN }: Env) {
    this.fetch = createFeedback({ storage: new R2Adapter(BUCKET), token: TOKEN });
  }
}

const worker = {
  fetch(request: Request, { FEEDBACK }: Env): Promise<Response> {
    return FEEDBACK.get(FEEDBACK.idFromName("feedback")).fetch(request);
  },
};
export default worker;
