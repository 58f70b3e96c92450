// A Worker that tests its R2Adapter: one behaviour of the suite for each request, in its own
// bucket; probe(); and a dataset that several loggers write at once.
import { CSVLogger } from "@flagstone/flagging";
import { probe } from "@flagstone/flagging/probe";
import { R2Adapter, type R2BucketLike } from "@flagstone/flagging/r2";
import { readDataset } from "@flagstone/flagging/dataset";
import { behaviours, runBehaviour, type Silence } from "@flagstone/flagging/testing";

type Env = Readonly<Record<string, R2BucketLike>>;

async function examine(index: number, env: Env): Promise<void> {
  const [behaviour, bucket] = [behaviours[index], env[`BUCKET_${index}`]];
  if (behaviour === undefined || bucket === undefined) {
    throw new Error(`No behaviour or bucket has the index ${index}`);
  }
  const open = () => new R2Adapter(bucket);
  await runBehaviour(behaviour, () => ({
    adapter: open(),
    second: open,
    silence: () => silence(bucket),
    below: (prefix) => new R2Adapter(bucket, { prefix }),
  }), { increments: 20 });
}

/** A binding that answers nothing. */
function silence(bucket: R2BucketLike): Silence {
  const deadlineMs = 500;
  let isSilent = false;
  const binding = new Proxy(bucket, {
    get(target, name: keyof R2BucketLike) {
      const method = target[name] as (...args: unknown[]) => Promise<unknown>;
      return (...args: unknown[]) =>
        isSilent ? new Promise<never>(() => {}) : method.apply(target, args);
    },
  });
  return {
    adapter: new R2Adapter(binding, { timeoutMs: deadlineMs }),
    deadlineMs,
    // deno-lint-ignore require-await -- the suite expects a promise
    begin: async () => {
      isSilent = true;
      return () => void (isSilent = false);
    },
  };
}

/** Logs with four loggers at once. Returns the keys and the rows of the dataset. */
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

/**
 * Answers `/log`, `/probe` and `/<index of the behaviour>`; with status 500 and the error on
 * failure.
 */
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
