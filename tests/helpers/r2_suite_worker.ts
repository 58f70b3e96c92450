// A Worker that examines its R2Adapter: by one behaviour of the suite a request, in a bucket each,
// by probe(), and by a dataset that several loggers write at once.
import { CSVLogger } from "@flagstone/flagging";
import { probe } from "@flagstone/flagging/probe";
import { R2Adapter, type R2BucketLike } from "@flagstone/flagging/r2";
import { readDataset } from "@flagstone/flagging/reader";
import { behaviours, runBehaviour } from "@flagstone/flagging/testing";

type Env = Readonly<Record<string, R2BucketLike>>;

async function examine(index: number, env: Env): Promise<void> {
  const [behaviour, bucket] = [behaviours[index], env[`BUCKET_${index}`]];
  if (behaviour === undefined || bucket === undefined) throw new Error(`There is no ${index}`);
  const open = () => new R2Adapter(bucket);
  await runBehaviour(behaviour, () => ({ adapter: open(), second: open }), { increments: 20 });
}

/** Logs with four loggers at once; returns the content of the dataset. */
async function log(bucket: R2BucketLike): Promise<unknown> {
  const storage = new R2Adapter(bucket, { prefix: "app" });
  const loggers = Array.from({ length: 4 }, () => new CSVLogger({ storage, verbose: false }));
  for (const logger of loggers) await logger.setup(["n", "text"]);
  await Promise.all(
    Array.from({ length: 100 }, (_, n) => loggers[n % 4]?.flag([`${n}`, 'a "b",\r\n=c'], "yes")),
  );
  const rows = await Array.fromAsync(readDataset(storage, "flagged/dataset1.csv"));
  const keys = (await Array.fromAsync(storage.list())).map(({ key }) => key);
  return { keys, rows };
}

async function answer(path: string, env: Env): Promise<unknown> {
  if (path === "log") return await log(env.LOG!);
  if (path === "probe") return await probe(new R2Adapter(env.PROBE!));
  return await examine(Number(path), env);
}

/** Answers `/log`, `/probe` and `/<index of the behaviour>`; a failure with 500 and the error. */
const worker = {
  async fetch(request: Request, env: Env): Promise<Response> {
    try {
      const path = new URL(request.url).pathname.slice(1);
      return Response.json(await answer(path, env) ?? null);
    } catch (error) {
      return new Response(error instanceof Error ? error.stack : String(error), { status: 500 });
    }
  },
};
export default worker;
