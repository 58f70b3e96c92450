// A Worker that plays random operations on its R2Adapter and on the model, and compares them.
import { observed } from "@flagstone/flagging/wrappers";
import { R2Adapter, type R2BucketLike } from "@flagstone/flagging/r2";
import { behaviours, runBehaviour } from "@flagstone/flagging/testing";

/** The settings of a round, as the query of a URL. */
interface Round {
  readonly seed: number;
  readonly operations: number;
  readonly timeLimitMs: number;
}

/** Plays a round below a separate prefix; returns the number of its calls. */
async function play(bucket: R2BucketLike, round: Round): Promise<number> {
  let calls = 0;
  const adapter = observed(new R2Adapter(bucket, { prefix: crypto.randomUUID() }), () => calls++);
  for (const behaviour of behaviours.filter(({ group }) => group === "Model")) {
    await runBehaviour(behaviour, () => ({ adapter }), round);
  }
  return calls;
}

/** Answers `/?seed=&operations=&timeLimitMs=`; with 500 and the difference if the two disagree. */
const worker = {
  async fetch(request: Request, env: { readonly BUCKET: R2BucketLike }): Promise<Response> {
    const { searchParams } = new URL(request.url);
    const number = (name: keyof Round): number => Number(searchParams.get(name));
    const [seed, operations, timeLimitMs] = [
      number("seed"),
      number("operations"),
      number("timeLimitMs"),
    ];
    try {
      return Response.json(await play(env.BUCKET, { seed, operations, timeLimitMs }));
    } catch (error) {
      return new Response(error instanceof Error ? error.message : String(error), { status: 500 });
    }
  },
};
export default worker;
