// The feedback endpoint on Deno Deploy, or wherever `deno run -NE deno_deploy.ts` runs, on S3 or any
// store like it. The environment has S3_BUCKET, AWS_REGION (or S3_ENDPOINT), AWS_ACCESS_KEY_ID,
// AWS_SECRET_ACCESS_KEY, and as TOKEN what who reads the dataset must have.
//
// Look once whether the store keeps conditions, without which samples are lost: `await probe(storage)`.
import { timed } from "@flagstone/flagging/wrappers";
import { S3Adapter } from "@flagstone/flagging/s3";
import { createFeedback } from "./handler.ts";

const storage = timed(S3Adapter.fromEnv(), 10_000);
Deno.serve(createFeedback({ storage, token: Deno.env.get("TOKEN") }));
