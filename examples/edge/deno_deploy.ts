// The feedback endpoint on Deno Deploy, or on any server by `deno run -NE deno_deploy.ts`, with a
// bucket of S3 or a compatible store. Set S3_BUCKET, AWS_REGION (or S3_ENDPOINT), AWS_ACCESS_KEY_ID,
// AWS_SECRET_ACCESS_KEY, and TOKEN, which readers of the dataset must send.
//
// Run `await probe(storage)` of @flagstone/flagging/probe once before you deploy: a store that
// ignores conditional writes would lose samples.
import { timed } from "@flagstone/flagging/wrappers";
import { S3Adapter } from "@flagstone/flagging/s3";
import { createFeedback } from "./handler.ts";

const storage = timed(S3Adapter.fromEnv(), 10_000);
Deno.serve(createFeedback({ storage, token: Deno.env.get("TOKEN") }));
