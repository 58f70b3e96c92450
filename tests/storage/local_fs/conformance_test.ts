import { conformance, type ConformanceSettings, type Silence } from "../../../src/testing/mod.ts";
import { LocalFsAdapter } from "../../../src/storage/local_fs/mod.ts";
import { runScript } from "../../helpers/deno.ts";
import { holdLock } from "../../helpers/hold_lock.ts";
import { TempDir } from "../../helpers/temp_dir.ts";

const RACER = new URL("../../helpers/racer.ts", import.meta.url);

/** A durable write waits for the disk, so the versions are tried with the other suite. */
const DURABLE: ConformanceSettings = { overwrites: 200, increments: 20 };

/** Another process that holds the lock of a directory keeps the calls waiting. */
function silence(root: string, options: { durable: boolean }): Silence {
  const deadlineMs = 500;
  return {
    adapter: new LocalFsAdapter({ root, lockTimeoutMs: deadlineMs, ...options }),
    deadlineMs,
    begin: (key) => holdLock(`${root}/${key.replace(/\/[^/]*$/, "")}`),
  };
}

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
      silence: () => silence(root, options),
      below: (prefix) => new LocalFsAdapter({ root: `${root}/${prefix}`, ...options }),
      dispose: () => dir[Symbol.asyncDispose](),
    };
  }, settings);
}

suite("LocalFsAdapter keeps the contract", { durable: false });
suite("LocalFsAdapter that is durable keeps the contract", { durable: true }, DURABLE);
