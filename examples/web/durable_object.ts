// Feedback as a Durable Object in front of a busy bucket: verdicts that arrive during a write are written
// together. Its wrangler.toml is in docs/cloudflare.md.
import { value } from "@flagstone/flagging";
import { bearer, createFeedback } from "@flagstone/flagging/http";
import { R2Adapter, type R2BucketLike } from "@flagstone/flagging/r2";

export class Feedback {
  readonly fetch: (request: Request) => Promise<Response>;
  constructor(_state: unknown, env: { readonly BUCKET: R2BucketLike; readonly TOKEN: string }) {
    const components = { question: value<string>(), answer: value<string>() };
    const [storage, read] = [new R2Adapter(env.BUCKET), bearer(env.TOKEN)];
    this.fetch = createFeedback({ components, storage, options: ["good", "bad"], read });
  }
}

const worker = {
  fetch: (request: Request, env: { FEEDBACK: { getByName(name: string): Feedback } }) =>
    env.FEEDBACK.getByName("feedback").fetch(request),
};
export default worker;
