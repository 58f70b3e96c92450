import { S3Adapter, type S3AdapterOptions } from "../../src/storage/s3/mod.ts";
import type { ConformanceStore, Silence } from "../../src/testing/mod.ts";
import { runScript } from "./deno.ts";

const RACER = new URL("./s3_racer.ts", import.meta.url);

/**
 * Returns a store over a bucket for one step of the suite. Other instances may use another server.
 */
export function s3Store(
  options: S3AdapterOptions,
  others: S3AdapterOptions = options,
): ConformanceStore {
  let spawned = 0;
  return {
    adapter: new S3Adapter(options),
    second: () => new S3Adapter(others),
    async spawn(job) {
      const chosen = JSON.stringify(spawned++ % 2 === 0 ? others : options);
      const { stdout, stderr } = await runScript(RACER, { args: [chosen, JSON.stringify(job)] });
      if (stdout === "") throw new Error(stderr);
      return JSON.parse(stdout);
    },
    silence: () => silence(options),
    below: (prefix) => new S3Adapter({ ...options, prefix }),
  };
}

/** Requests that nobody answers. */
function silence(options: S3AdapterOptions): Silence {
  const deadlineMs = 1000;
  let isSilent = false;
  const adapter = new S3Adapter({
    ...options,
    timeoutMs: deadlineMs,
    fetch: (url, init) => isSilent ? new Promise<never>(() => {}) : fetch(url, init),
  });
  // deno-lint-ignore require-await -- the suite expects a promise
  const begin = async () => {
    isSilent = true;
    return () => void (isSilent = false);
  };
  return { adapter, deadlineMs, begin };
}
