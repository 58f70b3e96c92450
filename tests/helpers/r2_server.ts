import type { S3AdapterOptions } from "../../src/storage/s3_adapter.ts";
import { commandLine } from "./deno.ts";

const SCRIPT = new URL("./r2_serve.ts", import.meta.url);

/** How many empty buckets the server has by default: more than a suite has steps. */
const BUCKETS = 200;

/** What the server takes as a key. */
export const R2_KEYS = { accessKeyId: "testkey", secretAccessKey: "testsecret" } as const;

/**
 * R2 as miniflare emulates it, behind its S3 endpoint, in a process of its own: neither its memory
 * nor its sockets are then mistaken for the adapter's. It ends with this process, however that ends,
 * for its standard input does.
 */
export class R2Server implements AsyncDisposable {
  /** The S3 endpoint, without a bucket. */
  readonly endpoint: string;
  readonly #process: Deno.ChildProcess;
  readonly #buckets: number;
  #taken = 0;

  private constructor(process: Deno.ChildProcess, endpoint: string, buckets: number) {
    this.#process = process;
    this.endpoint = endpoint;
    this.#buckets = buckets;
  }

  /** Starts a server on a free port. */
  static async start(buckets: number = BUCKETS): Promise<R2Server> {
    const [program = "", ...args] = commandLine(SCRIPT, [`${buckets}`]);
    const process = new Deno.Command(program, {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "null", // Deno warns there of packages' scripts that it does not run
    }).spawn();
    const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const { value = "" } = await reader.read();
    await reader.cancel();
    if (!value.startsWith("http")) {
      throw new Error(`R2 did not start: see what this says: ${[program, ...args].join(" ")}`);
    }
    return new R2Server(process, value.trim(), buckets);
  }

  /** Options of an adapter over a bucket that nobody has used. */
  takeBucket(): S3AdapterOptions {
    if (this.#taken >= this.#buckets) throw new Error(`All ${this.#buckets} buckets are taken`);
    return { endpoint: this.endpoint, bucket: `bucket-${this.#taken++}`, ...R2_KEYS };
  }

  /** Stops the server. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stdin.close();
    await this.#process.status;
  }
}
