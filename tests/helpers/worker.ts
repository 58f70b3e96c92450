// deno-lint-ignore no-import-prefix -- large, and of this test alone: in deno.json every task would load it
import { Miniflare } from "npm:miniflare@4.20260730.0";
import { bundle } from "./bundle.ts";

/** The bindings in a Worker's `env`, by their names. */
export interface WorkerEnv {
  /** Empty buckets of R2. */
  readonly buckets: readonly string[];
  /** Durable Objects, by their classes. */
  readonly objects?: Readonly<Record<string, string>>;
  /** Texts. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** A Worker in workerd, the runtime of Cloudflare Workers. */
export class TestWorker implements AsyncDisposable {
  /** Its URL. */
  readonly url: URL;
  readonly #miniflare: Miniflare;

  private constructor(miniflare: Miniflare, url: URL) {
    this.#miniflare = miniflare;
    this.url = url;
  }

  /** Bundles a module and starts it. */
  static async start(module: URL, env: WorkerEnv): Promise<TestWorker> {
    const { buckets, objects = {}, variables = {} } = env;
    const miniflare = new Miniflare({
      host: "127.0.0.1",
      port: 0,
      modules: true,
      compatibilityDate: "2026-01-01",
      script: await bundle(module),
      cf: false, // otherwise it asks the network for this machine's place
      r2Persist: false,
      r2Buckets: [...buckets],
      durableObjects: Object.fromEntries(
        Object.entries(objects).map(([name, className]) => [name, { className, useSQLite: true }]),
      ),
      bindings: { ...variables },
    });
    return new TestWorker(miniflare, await miniflare.ready);
  }

  /** Stops it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#miniflare.dispose();
  }
}
