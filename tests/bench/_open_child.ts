// Opens a dataset in a separate process: _open_child.ts WAY DIR GARBAGE. The last is one of
// "leave" and "collect" (with V8's --expose-gc). Prints the time and the memory, as JSON.
// deno-lint-ignore-file no-console -- its output is its answer
import { CSVLogger, LocalFsAdapter } from "@flagstone/flagging";
import { countRecords } from "./_papaparse.ts";
import { COMPONENTS, sampleAt } from "./_samples.ts";

/** The result and the costs of one way to open a dataset. */
export interface Opened {
  /** The rows, or the bytes if the way only reads. */
  readonly found: number;
  readonly ms: number;
  /** The peak of the process's memory. */
  readonly peakBytes: number;
  /** The growth of the process's memory up to its peak. */
  readonly grownBytes: number;
  /** Whether the peak comes from the kernel; otherwise it was sampled. */
  readonly exactPeak: boolean;
}

const NAME = "dataset1.csv";
const BUFFER_BYTES = 64 * 1024; // as much as file.readable takes at a time
const SAMPLE_MS = 2;
const COLLECT_MS = 5;

async function firstFlag(root: string): Promise<number> {
  const logger = new CSVLogger({ storage: new LocalFsAdapter({ root }), verbose: false });
  await logger.setup(COMPONENTS, "");
  const { data, option, username } = sampleAt(0);
  return await logger.flag(data, option, username) - 1;
}

async function readOnly(root: string): Promise<number> {
  const result = await new LocalFsAdapter({ root }).read(NAME);
  let bytes = 0;
  for await (const chunk of result!.body) bytes += chunk.length;
  return bytes;
}

async function readFile(root: string): Promise<number> {
  const file = await Deno.open(`${root}/${NAME}`);
  let bytes = 0;
  for await (const chunk of file.readable) bytes += chunk.length;
  return bytes;
}

async function readRaw(root: string): Promise<number> {
  using file = await Deno.open(`${root}/${NAME}`);
  const buffer = new Uint8Array(BUFFER_BYTES);
  let bytes = 0;
  for (let read = await file.read(buffer); read !== null; read = await file.read(buffer)) {
    bytes += read;
  }
  return bytes;
}

async function parseWhole(root: string): Promise<number> {
  return countRecords(await Deno.readTextFile(`${root}/${NAME}`)) - 1;
}

const WAYS: Readonly<Record<string, (root: string) => Promise<number>>> = {
  flag: firstFlag,
  read: readOnly,
  readable: readFile,
  readRaw,
  papaparse: parseWhole,
};

function kernelPeak(): number | undefined {
  try {
    const status = Deno.readTextFileSync("/proc/self/status");
    return Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1]) * 1024;
  } catch {
    return undefined;
  }
}

/** Resets the kernel's peak to the current memory; returns false if that is impossible. */
function resetPeak(): boolean {
  try {
    Deno.writeTextFileSync("/proc/self/clear_refs", "5");
    return true;
  } catch {
    return false;
  }
}

/** Collects garbage repeatedly, so that the peak is the memory that is needed. */
function collect(): ReturnType<typeof setInterval> {
  const { gc } = globalThis as { gc?: () => void };
  if (gc === undefined) throw new Error("Cannot collect garbage without --expose-gc");
  gc();
  return setInterval(gc, COLLECT_MS);
}

async function measure(
  way: (root: string) => Promise<number>,
  root: string,
  garbage: string,
): Promise<Opened> {
  const collecting = garbage === "collect" ? collect() : undefined;
  const exactPeak = resetPeak();
  const before = Deno.memoryUsage().rss;
  let sampled = before;
  const sampling = exactPeak
    ? undefined
    : setInterval(() => sampled = Math.max(sampled, Deno.memoryUsage().rss), SAMPLE_MS);
  const start = performance.now();
  const found = await way(root);
  const ms = performance.now() - start;
  clearInterval(sampling);
  clearInterval(collecting);
  const peak = exactPeak ? kernelPeak() ?? sampled : sampled;
  return { found, ms, peakBytes: peak, grownBytes: peak - before, exactPeak };
}

if (import.meta.main) {
  const [way = "", root = "", garbage = ""] = Deno.args;
  console.log(JSON.stringify(await measure(WAYS[way]!, root, garbage)));
}
