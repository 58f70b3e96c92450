import { CSVLogger } from "@flagstone/flagging";
import { openDataset } from "@flagstone/flagging/dataset";
import { type Export, exportJsonl, exportKto, exportParquet } from "@flagstone/flagging/export";
import { R2Adapter, type R2BucketLike } from "@flagstone/flagging/r2";

const ROWS = 3000;

/** Exports a dataset of a bucket, which it flags at `/flag`. */
const worker = {
  async fetch(request: Request, env: { BUCKET: R2BucketLike }): Promise<Response> {
    const storage = new R2Adapter(env.BUCKET);
    const { pathname } = new URL(request.url);
    if (pathname === "/flag") {
      await using logger = new CSVLogger({ storage, verbose: false });
      await logger.setup(["question", "answer", "seed"], "flagged");
      const rows = Array.from({ length: ROWS }, (_, i) => [`${i} + 1?`, `=${i + 1}`, i]);
      await Promise.all(rows.map((row) => logger.flag(row, "good")));
      return new Response();
    }
    const dataset = await openDataset(storage, "flagged", { types: { seed: "integer" } });
    const columns = { prompt: "question", completion: "answer" };
    const formats: Record<string, () => Export> = {
      "/jsonl": () => exportJsonl(dataset),
      "/kto": () => exportKto(dataset, columns),
      "/parquet": () => exportParquet(dataset),
    };
    for await (const { body, contentType } of formats[pathname]!().files) {
      return new Response(body, { headers: { "content-type": contentType } });
    }
    return new Response(null, { status: 404 });
  },
};
export default worker;
