import { assert, assertEquals } from "@std/assert";
import { CSVLogger, type CSVLoggerOptions } from "../../src/loggers/csv_logger.ts";
import { R2Adapter } from "../../src/storage/r2/mod.ts";
import type { R2BucketLike } from "../../src/storage/r2/mod.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { FakeR2Bucket } from "../helpers/fake_r2_bucket.ts";
import { HttpS3 } from "../helpers/http_s3.ts";

/**
 * The turns of the event loop without a new request after which a round is complete. S3 requests are
 * signed by another thread, which may be late on a loaded machine.
 */
const QUIET_TURNS = 40;

/** Requests, which are answered in rounds: all that were sent before the round began. */
class Rounds {
  requests = 0;
  rounds = 0;
  #waiting: (() => void)[] = [];

  /** Waits for the next round. */
  async wait(): Promise<void> {
    this.requests++;
    await new Promise<void>((done) => this.#waiting.push(done));
  }

  /** Answers rounds until the promise settles. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const settled = promise.finally(() => isSettled = true);
    while (!isSettled) {
      await this.#quiet(() => isSettled);
      if (this.#waiting.length > 0) this.rounds++;
      for (const answer of this.#waiting.splice(0)) answer();
    }
    return await settled;
  }

  /** Waits until no request was sent for some turns, or nothing is to come. */
  async #quiet(isOver: () => boolean): Promise<void> {
    let seen = this.requests;
    for (let turn = 0; turn < QUIET_TURNS && !isOver(); turn++) {
      await new Promise((done) => setTimeout(done));
      if (this.requests !== seen) turn = 0;
      seen = this.requests;
    }
  }
}

/** A bucket whose requests wait for a round. */
function r2In(rounds: Rounds, bucket: FakeR2Bucket): R2BucketLike {
  return new Proxy(bucket as R2BucketLike, {
    get(target, name: keyof R2BucketLike) {
      const method = target[name] as (...args: unknown[]) => Promise<unknown>;
      return async (...args: unknown[]) => {
        await rounds.wait();
        return await method.apply(target, args);
      };
    },
  });
}

interface Cost {
  readonly requests: number;
  readonly rounds: number;
}

/** The cost of the first flag of a new logger, whose adapter is new, too. */
async function costOf(
  open: (rounds: Rounds) => StorageAdapter,
  options: CSVLoggerOptions = {},
): Promise<Cost> {
  const rounds = new Rounds();
  const logger = new CSVLogger({ storage: open(rounds), verbose: false, ...options });
  await logger.setup(["question", "answer"]);
  await rounds.until(logger.flag(["2 + 2?", "5"], "wrong"));
  return { requests: rounds.requests, rounds: rounds.rounds };
}

for (const options of [{}, { segments: true }, { datasetFileName: "log.csv" }]) {
  Deno.test(`the first flag of an isolate takes two round trips, ${JSON.stringify(options)}`, async () => {
    await using s3 = new HttpS3();
    const openS3 = await s3.listen();
    const bucket = new FakeR2Bucket();
    const opens: readonly ((rounds: Rounds) => StorageAdapter)[] = [
      (rounds) => new R2Adapter(r2In(rounds, bucket)),
      (rounds) =>
        openS3({
          fetch: async (url, init) => {
            await rounds.wait();
            return await fetch(url, init);
          },
        }),
    ];
    for (const open of opens) {
      // The very first check creates its object, and needs one round more.
      const { rounds: created } = await costOf(open, options);
      assert(created <= 3, `${created} for a new dataset`);
      const { requests, rounds } = await costOf(open, options);
      assertEquals(rounds, 2);
      assert(requests <= 6, `${requests} requests`);
    }
  });
}
