import type { S3AdapterOptions } from "../../src/storage/s3/mod.ts";
import { ServerProcess } from "./server_process.ts";

const SCRIPT = new URL("./r2_serve.ts", import.meta.url);

/** How many empty buckets the server has by default: more than a suite has steps. */
const BUCKETS = 200;

/** A key that the server accepts. */
export const R2_KEYS = { accessKeyId: "testkey", secretAccessKey: "testsecret" } as const;

/** R2 as miniflare emulates it, with its S3 endpoint, in a separate process. */
export class R2Server implements AsyncDisposable {
  readonly #process: ServerProcess;
  readonly #buckets: number;
  #taken = 0;

  private constructor(process: ServerProcess, buckets: number) {
    this.#process = process;
    this.#buckets = buckets;
  }

  /** Starts a server on a free port. */
  static async start(buckets: number = BUCKETS): Promise<R2Server> {
    return new R2Server(await ServerProcess.start(SCRIPT, [`${buckets}`]), buckets);
  }

  /** The S3 endpoint, without a bucket. */
  get endpoint(): string {
    return this.#process.url;
  }

  /** Returns the options of an adapter on an unused bucket. */
  takeBucket(): S3AdapterOptions {
    if (this.#taken >= this.#buckets) throw new Error(`All ${this.#buckets} buckets are taken`);
    return { endpoint: this.endpoint, bucket: `bucket-${this.#taken++}`, ...R2_KEYS };
  }

  /** Stops the server. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }
}
