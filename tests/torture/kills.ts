import { walk } from "@std/fs/walk";
import { file } from "../../src/components/file.ts";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import { below, randomFrom } from "../../src/testing/random.ts";
import { LocalFsAdapter } from "../../src/storage/local_fs/mod.ts";
import { RESERVED_PREFIX } from "../../src/storage/validate_key.ts";
import { keysOf } from "../helpers/dataset_check.ts";
import { rowText } from "../helpers/row_text.ts";
import { TempDir } from "../helpers/temp_dir.ts";
import { FILE_LABEL, type Judgement, Ledger, onDisk, WHOLE_END } from "./_ledger.ts";
import { type Kill, runWriter } from "./_process.ts";
import { type Effort, sum, type Torture, type Verdict } from "./_verdict.ts";
import type { WriterJob } from "./_writer.ts";

const LABELS = ["id", "text"] as const;
const FILE_LENGTH = 5000;
const BURST = 4;
const HALF_A_ROW = 'next-0,"half a row\r\n';
const LANES = 3; // chains of kills at a time, because starting a process takes long

/** A chain of kills: one process after the other in one directory. */
interface Chain {
  readonly length: number;
  readonly kills: readonly Kill[];
  readonly firstFlags: boolean;
}

interface ChainResult extends Judgement {
  readonly debris: number;
}

function chains(quick: boolean, random: () => number, firstFlags: boolean): Chain[] {
  const lengths = [100, 20_000, 1_048_576];
  const kills = quick ? 9 : 200;
  // Rows of 1 MiB fill the disk and are slow to check: fewer of them share a directory.
  const each = (length: number): number => quick ? 1 : length > 1e6 ? 3 : 10;
  const made: Chain[] = [];
  for (let left = kills; left > 0;) {
    const length = lengths[made.length % lengths.length]!;
    const count = Math.min(left, each(length));
    left -= count;
    made.push({
      length,
      firstFlags,
      kills: Array.from({ length: count }, () => ({
        behind: firstFlags ? "ready" : "row",
        afterMs: firstFlags ? random() * 60 : 5 + below(random, 145),
      })),
    });
  }
  return made;
}

/** Another process continues in each of these directories. */
async function goOn(root: string, directories: readonly string[], job: WriterJob, ledger: Ledger) {
  const { length, fileLength = 0 } = job;
  ledger.expect("next", { labels: LABELS, length, fileLength });
  for (const [i, directory] of directories.entries()) {
    const storage = new LocalFsAdapter({ root });
    await using logger = new CSVLogger({ storage, verbose: false });
    await logger.setup([...LABELS, file(FILE_LABEL)], directory);
    for (const id of [`next-${2 * i}`, `next-${2 * i + 1}`]) {
      const content = new File([rowText(id, fileLength)], "f.txt");
      ledger.tell(id, { count: await logger.flag([id, rowText(id, length), content]) });
    }
  }
}

/**
 * Leaves the remains of a kill at the worst moment: a staged file, and half a row if no kill left
 * one. Returns whether it left half a row.
 */
async function plant(root: string): Promise<boolean> {
  Deno.writeTextFileSync(`${root}/${RESERVED_PREFIX}stage-planted`, HALF_A_ROW);
  const path = `${root}/dataset1.csv`;
  const found = await onDisk(root).storage.read("dataset1.csv", { range: { last: 100 } });
  if (found === null) return false; // it was killed before it created one
  const isWhole = WHOLE_END.test(await new Response(found.body).text());
  if (isWhole) Deno.writeTextFileSync(path, HALF_A_ROW, { append: true });
  return isWhole;
}

/** The half rows that were set aside. */
async function setAsideIn(root: string): Promise<string[]> {
  return (await keysOf(onDisk(root).storage)).filter((key) => key.includes(".torn-"));
}

/** The files that the adapter keeps for itself. */
async function debrisIn(root: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, path } of walk(root)) {
    if (name.startsWith(RESERVED_PREFIX)) found.push(path);
  }
  return found;
}

async function reap(root: string): Promise<void> {
  await new Promise((done) => setTimeout(done, 20));
  await Array.fromAsync(new LocalFsAdapter({ root, reapAfterMs: 1 }).list());
}

function directoriesIn(path: string, prefix: string): string[] {
  try {
    return Array.from(Deno.readDirSync(path), ({ name }) => `${prefix}${name}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return []; // it was killed before it created one
    throw error;
  }
}

async function suffer({ length, kills, firstFlags }: Chain): Promise<ChainResult> {
  await using dir = new TempDir();
  const root = `${dir.path}/root`;
  Deno.mkdirSync(root);
  const ledger = new Ledger();
  const common = { root, length, fileLength: FILE_LENGTH, labels: LABELS };
  const directories: string[] = firstFlags ? [] : [""];
  for (const [i, kill] of kills.entries()) {
    const writer = `k${i}`;
    const how = firstFlags ? { firstFlags: "alone" as const, burst: 1 } : { burst: BURST };
    await runWriter({ ...common, writer, ...how }, ledger, { kill });
    if (firstFlags) directories.push(...directoriesIn(`${root}/${writer}`, `${writer}/`));
  }
  const debris = (await debrisIn(root)).length;
  const isPlanted = await plant(root);
  await goOn(root, directories, { ...common, writer: "next" }, ledger);
  await reap(root);
  const left = await debrisIn(root);
  const judgement = await ledger.judge([onDisk(root)]);
  const broken = [
    ...judgement.broken,
    ...left.map((path) => `${path} was not reaped`),
    ...(isPlanted && (await setAsideIn(root)).length === 0 ? ["half a row was dropped"] : []),
  ];
  return { ...judgement, broken, debris };
}

async function sufferAll(all: readonly Chain[]): Promise<ChainResult[]> {
  const waiting = all.values();
  const results: ChainResult[] = [];
  await Promise.all(Array.from({ length: LANES }, async () => {
    for (const chain of waiting) results.push(await suffer(chain));
  }));
  return results;
}

async function* run({ quick, seed }: Effort): AsyncGenerator<Verdict, void, undefined> {
  const random = randomFrom(seed);
  for (const firstFlags of [false, true]) {
    const all = chains(quick, random, firstFlags);
    const results = await sufferAll(all);
    const kills = all.reduce((n, chain) => n + chain.kills.length, 0);
    const debris = results.reduce((n, result) => n + result.debris, 0);
    yield {
      name: firstFlags ? "kills, first flags" : "kills",
      done: `${kills} kills while rows of 100 B, 20 kB and 1 MiB with files were written`,
      ...sum(results.map(({ counts }) => counts)),
      notes: [`${debris} stage files left and reaped`],
      broken: results.flatMap(({ broken }) => broken),
    };
  }
}

/** Processes that are killed at random moments. */
export const kills: Torture = { name: "kills", run };
