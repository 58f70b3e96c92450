import { file } from "../../src/components/file.ts";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import { below, randomFrom } from "../../src/testing/random.ts";
import { LocalFsAdapter } from "../../src/storage/local_fs/mod.ts";
import { hasCode } from "../../src/storage/storage_error.ts";
import { keysOf, toldBy } from "../helpers/dataset_check.ts";
import { limitedTo } from "../helpers/limits.ts";
import { rowText } from "../helpers/row_text.ts";
import { TempDir } from "../helpers/temp_dir.ts";
import { FILE_LABEL, type Judgement, Ledger, onDisk, type RowForm } from "./_ledger.ts";
import { runWriter } from "./_process.ts";
import { type Effort, sum, type Torture, type Verdict } from "./_verdict.ts";

const LABELS = ["id", "text"] as const;
const LIMIT_KIB = 64;
const DISK = "size=2m";
const MOST_FREE = 100_000;
const MOST_FLAGS = 40;

/** The operation in which the space ends. */
const MOMENTS: Readonly<Record<string, RowForm>> = {
  "a row": { labels: LABELS, length: 9000 },
  "a file": { labels: LABELS, length: 100, fileLength: 100_000 },
  "a row with a file": { labels: LABELS, length: 30_000, fileLength: 20_000 },
  "the first flag": { labels: LABELS, length: 100_000 },
};

/** Flags one row, and records the answer in the ledger. */
async function flagOne(
  logger: CSVLogger,
  id: string,
  { length, fileLength }: RowForm,
  ledger: Ledger,
): Promise<"kept" | "no space"> {
  const content = fileLength === undefined ? [] : [new File([rowText(id, fileLength)], "f.txt")];
  try {
    ledger.tell(id, { count: await logger.flag([id, rowText(id, length), ...content]) });
    return "kept";
  } catch (error) {
    if (!hasCode(error, "NoSpace")) throw error;
    ledger.tell(id, toldBy(error));
    return "no space";
  }
}

async function openLogger(root: string, { fileLength }: RowForm): Promise<CSVLogger> {
  const logger = new CSVLogger({ storage: new LocalFsAdapter({ root }), verbose: false });
  await logger.setup([...LABELS, ...(fileLength === undefined ? [] : [file(FILE_LABEL)])], "");
  return logger;
}

/** Remains that refused samples must not leave: copies of files without rows, and torn rows. */
async function leftovers(root: string, kept: number): Promise<string[]> {
  const keys = await keysOf(new LocalFsAdapter({ root }));
  const copies = keys.filter((key) => key.startsWith(`${FILE_LABEL}/`));
  const entries = Array.from(Deno.readDirSync(root), ({ name }) => name);
  return [
    ...(copies.length > kept ? [`${copies.length} copies of files for ${kept} rows`] : []),
    ...keys.filter((key) => key.includes(".torn-")).map((key) => `${key} was left`),
    ...entries.filter((name) => name.startsWith(".flagstone-")).map((name) => `${name} was left`),
  ];
}

/** The space ends by a limit on the length of files, which the next process does not have. */
async function meetLimit(): Promise<Verdict> {
  const results = [];
  for (const [moment, form] of Object.entries(MOMENTS)) {
    await using dir = new TempDir();
    const root = `${dir.path}/root`;
    const ledger = new Ledger();
    const job = { ...form, root, writer: "full", rows: 12 };
    const lines = await runWriter(job, ledger, { through: limitedTo(LIMIT_KIB) });
    const codes = new Set(lines.flatMap(({ code }) => code ?? []));
    ledger.expect("next", form);
    await using logger = await openLogger(root, form);
    const next = await flagOne(logger, "next-0", form, ledger);
    const kept = lines.filter(({ count }) => count !== undefined).length + 1;
    const { counts, broken } = await ledger.judge([onDisk(root)]);
    results.push({
      counts,
      codes,
      broken: [
        ...broken,
        ...await leftovers(root, kept),
        ...([...codes].join() === "NoSpace"
          ? []
          : [`${moment}: met ${[...codes].join() || "no limit"}`]),
        ...(next === "kept" ? [] : [`${moment}: the next flag failed`]),
      ],
    });
  }
  return {
    name: "full disk, by a limit",
    done: `files of at most ${LIMIT_KIB} KiB: ${Object.keys(MOMENTS).join(", ")}`,
    ...sum(results.map(({ counts }) => counts)),
    notes: [`refused as ${[...new Set(results.flatMap(({ codes }) => [...codes]))].join(", ")}`],
    broken: results.flatMap(({ broken }) => broken),
  };
}

async function runTool(program: string, ...args: string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args, stderr: "null" }).output()).success;
  } catch {
    return false;
  }
}

/** Fills a file system up to some free bytes. */
function fill(path: string, free: number): void {
  using ballast = Deno.openSync(path, { write: true, create: true });
  const bytes = new Uint8Array(4096);
  try {
    while (true) {
      for (let at = 0; at < bytes.length;) at += ballast.writeSync(bytes.subarray(at));
    }
  } catch {
    ballast.truncateSync(Math.max(0, ballast.statSync().size - free));
  }
}

/** The same logger meets a full disk, then one with space. */
async function fillOnce(
  mount: string,
  form: RowForm,
  free: number,
  root: string,
): Promise<Pick<Judgement, "counts" | "broken">> {
  const ledger = new Ledger();
  ledger.expect("full", form);
  ledger.expect("next", form);
  await using logger = await openLogger(root, form);
  fill(`${mount}/ballast`, free);
  let kept = 0;
  let isFull = false;
  for (let i = 0; i < MOST_FLAGS && !isFull; i++) {
    isFull = await flagOne(logger, `full-${i}`, form, ledger) === "no space";
    if (!isFull) kept++;
  }
  Deno.removeSync(`${mount}/ballast`);
  const next = await flagOne(logger, "next-0", form, ledger);
  const { counts, broken } = await ledger.judge([onDisk(root)]);
  const all = [
    ...broken,
    ...await leftovers(root, kept + 1),
    ...(isFull ? [] : ["no flag met the full disk"]),
    ...(next === "kept" ? [] : ["the next flag failed"]),
  ];
  return { counts, broken: all };
}

async function meetFullDisk(random: () => number, rounds: number): Promise<Verdict> {
  await using dir = new TempDir();
  const name = "full disk, a small one";
  const mount = `${dir.path}/disk`;
  Deno.mkdirSync(mount);
  const isMounted = await runTool("mount", "-t", "tmpfs", "-o", DISK, "tmpfs", mount);
  const done = `${rounds} rounds for each of ${Object.keys(MOMENTS).join(", ")}`;
  if (!isMounted) {
    return { name, done, ...sum([]), notes: ["left out: may not mount"], broken: [] };
  }
  const results = [];
  try {
    for (let round = 0; round < rounds; round++) {
      for (const form of Object.values(MOMENTS)) {
        const root = `${mount}/root`;
        results.push(await fillOnce(mount, form, below(random, MOST_FREE), root));
        Deno.removeSync(root, { recursive: true });
      }
    }
  } finally {
    await runTool("umount", mount);
  }
  return {
    name,
    done,
    ...sum(results.map(({ counts }) => counts)),
    notes: [],
    broken: results.flatMap(({ broken }) => broken),
  };
}

async function* run({ quick, seed }: Effort): AsyncGenerator<Verdict, void, undefined> {
  yield await meetLimit();
  yield await meetFullDisk(randomFrom(seed), quick ? 5 : 100);
}

/** A disk that becomes full in the middle of something, and has space again. */
export const fullDisk: Torture = { name: "full-disk", run };
