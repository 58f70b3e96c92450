import { CSVLogger, file } from "@flagstone/flagging";
import { R2Adapter, type R2BucketLike } from "@flagstone/flagging/r2";
import { createReview } from "@flagstone/flagging/review";

const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** A review page as a Worker, which flags a sample at `/flag`. */
const worker = {
  async fetch(request: Request, env: { BUCKET: R2BucketLike }): Promise<Response> {
    const storage = new R2Adapter(env.BUCKET);
    if (new URL(request.url).pathname === "/flag") {
      await using logger = new CSVLogger({ storage, verbose: false });
      await logger.setup(["prompt", file("picture")], "flagged");
      await logger.flag(["a circle", new File([PNG], "a.png")], "wrong", "eve");
      return new Response();
    }
    const authorize = ({ headers }: Request) => ({ username: headers.get("x-user") ?? "ada" });
    const review = createReview({ storage, directory: "flagged", index: "none", authorize });
    return await review(request);
  },
};
export default worker;
