// Feedback as a Cloudflare Worker with an R2 bucket; its wrangler.toml is in docs/cloudflare.md.
import { value } from "@flagstone/flagging";
import { bearer, createFeedback, FeedbackLogger, type HandlerInfo } from "@flagstone/flagging/http";
import { R2Adapter, type R2BucketLike } from "@flagstone/flagging/r2";

const components = { question: value<string>(), answer: value<string>() };
const options = ["good", "bad"];

const worker = {
  // Each request has its own logger, because a Worker ends the I/O of a request with the request.
  fetch(request: Request, env: Readonly<Record<string, unknown>>, context: HandlerInfo) {
    const storage = new R2Adapter(env.BUCKET as R2BucketLike);
    const logger = new FeedbackLogger(components, { storage, segments: true, probe: false });
    const read = bearer(env.TOKEN as string);
    return createFeedback({ logger, options, read })(request, context);
  },
};
export default worker;
