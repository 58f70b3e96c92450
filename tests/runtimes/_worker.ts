import { R2Adapter, type R2BucketLike } from "@flagstone/flagging/r2";
import type { HandlerInfo } from "@flagstone/flagging/http";
import { handlerOn } from "../helpers/feedback_handler.ts";

/** The endpoint of the matrix as a Worker. The I/O of a request ends with it, so each has a logger. */
const worker = {
  fetch(request: Request, env: { BUCKET: R2BucketLike }, context: HandlerInfo): Promise<Response> {
    return handlerOn(new R2Adapter(env.BUCKET))(request, context);
  },
};
export default worker;
