import { value } from "@flagstone/flagging";
import { createFeedback, type HandlerInfo } from "@flagstone/flagging/http";
import { R2Adapter, type R2BucketLike } from "@flagstone/flagging/r2";

/** The endpoint of the question "http" as a Worker. */
const worker = {
  fetch(request: Request, env: { BUCKET: R2BucketLike }, context: HandlerInfo): Promise<Response> {
    return createFeedback({
      components: { question: value<string>(), answer: value<string>() },
      storage: new R2Adapter(env.BUCKET),
      segments: true,
      options: ["good"],
      limit: null,
    })(request, context);
  },
};
export default worker;
