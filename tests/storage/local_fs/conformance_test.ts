import { conformance, type ConformanceSettings } from "../../../src/testing/mod.ts";
import { LocalFsAdapter } from "../../../src/storage/local_fs/mod.ts";
import { runScript } from "../../helpers/deno.ts";
import { TempDir } from "../../helpers/temp_dir.ts";

const RACER = new URL("../../helpers/racer.ts", import.meta.url);

/** A durable write waits for the disk, so the versions are tried with the other suite. */
const DURABLE: ConformanceSettings = { overwrites: 200, increments: 20 };

function suite(name: string, options: { durable: boolean }, settings?: ConformanceSettings): void {
  conformance(name, () => {
    const dir = new TempDir();
    const root = `${dir.path}/root`;
    return {
      adapter: new LocalFsAdapter({ root, ...options }),
      second: () => new LocalFsAdapter({ root, ...options }),
      async spawn(job) {
        const { stdout, stderr } = await runScript(RACER, { args: [root, JSON.stringify(job)] });
        if (stdout === "") throw new Error(stderr);
        return JSON.parse(stdout);
      },
      dispose: () => dir[Symbol.asyncDispose](),
    };
  }, settings);
}

suite("LocalFsAdapter keeps the contract", { durable: false });
suite("LocalFsAdapter that is durable keeps the contract", { durable: true }, DURABLE);
