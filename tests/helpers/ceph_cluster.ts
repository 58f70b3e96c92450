import { AwsV4Signer } from "aws4fetch";
import type { S3AdapterOptions } from "../../src/storage/s3/mod.ts";

const SCRIPT = new URL("../../scripts/ceph.sh", import.meta.url);
const KEYS = { accessKeyId: "testkey", secretAccessKey: "testsecret" } as const;
const BASE_PORT = Number(Deno.env.get("CEPH_PORT") ?? 17480);
const STATE = Deno.env.get("CEPH_DIR") ?? `${Deno.env.get("TMPDIR") ?? "/tmp"}/flagstone-ceph`;

async function runScript(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("bash", {
    args: [SCRIPT.pathname, ...args],
    env: { CEPH_PORT: `${BASE_PORT}`, CEPH_DIR: STATE },
    stdin: "null",
    stdout: "inherit",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr).trim());
}

/** A Ceph cluster on this machine: three replicas of everything, and two gateways to them. */
export class CephCluster implements AsyncDisposable {
  /** The S3 endpoints, all of the same store. */
  readonly endpoints: readonly [string, string] = [
    `http://127.0.0.1:${BASE_PORT}`,
    `http://127.0.0.1:${BASE_PORT + 1}`,
  ];
  readonly #run: string = crypto.randomUUID().slice(0, 8);
  #made = 0;

  private constructor() {}

  /** Starts the cluster; the error says how to install what is missing. */
  static async start(): Promise<CephCluster> {
    await runScript("start");
    return new CephCluster();
  }

  /** Creates a bucket, and returns the options to reach it by either gateway. */
  async makeBucket(): Promise<[S3AdapterOptions, S3AdapterOptions]> {
    const bucket = `bucket-${this.#run}-${this.#made++}`;
    const url = `${this.endpoints[0]}/${bucket}`;
    const request = { method: "PUT", url, service: "s3", region: "us-east-1", ...KEYS };
    const { headers } = await new AwsV4Signer(request).sign();
    const response = await fetch(url, { method: "PUT", headers });
    if (!response.ok) throw new Error(await response.text());
    await response.body?.cancel();
    const [first, second] = this.endpoints;
    return [{ endpoint: first, bucket, ...KEYS }, { endpoint: second, bucket, ...KEYS }];
  }

  /** Ends one of its processes at once, as `kill -9` does: `"gateway1"`, `"osd2"`. */
  async kill(name: string): Promise<void> {
    const pid = Number(await Deno.readTextFile(`${STATE}/run/${name}.pid`));
    Deno.kill(pid, "SIGKILL");
  }

  /** Stops it, and removes all that it has stored. */
  async [Symbol.asyncDispose](): Promise<void> {
    await runScript("stop");
  }
}
