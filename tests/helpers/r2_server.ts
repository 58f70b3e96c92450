import type { S3AdapterOptions } from "../../src/storage/s3/mod.ts";
import { ServerProcess } from "./server_process.ts";

const SCRIPT = new URL("./r2_serve.ts", import.meta.url);

/** The default number of empty buckets: more than the suite has steps. */
const BUCKETS = 200;

/** The credentials that the server accepts. */
export const R2_KEYS = { accessKeyId: "testkey", secretAccessKey: "testsecret" } as const;

/** R2 as emulated by miniflare, with its S3 endpoint, in its own process. */
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

  /** Returns the options of an adapter over an unused bucket. */
  takeBucket(): S3AdapterOptions {
    if (this.#taken >= this.#buckets) throw new Error(`All ${this.#buckets} buckets are taken`);
    return { endpoint: this.endpoint, bucket: `bucket-${this.#taken++}`, ...R2_KEYS };
  }

  /** Stops the server. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }
}
