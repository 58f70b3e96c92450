import { CSVLogger, type CSVLoggerOptions } from "../../src/loggers/csv_logger.ts";
import { partKey } from "../../src/dataset/log/part_keys.ts";
import { readDataset } from "../../src/reader/mod.ts";
import { LocalFsAdapter } from "../../src/storage/local_fs/mod.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { below, randomFrom } from "../../src/testing/random.ts";
import { keysOf, told } from "../helpers/dataset_check.ts";
import { HttpS3 } from "../helpers/http_s3.ts";
import { rowText } from "../helpers/row_text.ts";
import { TempDir } from "../helpers/temp_dir.ts";
import { within } from "../helpers/within.ts";
import { type Effort, NO_COUNTS, type Torture, type Verdict } from "./_verdict.ts";

const KEY = "dataset1.csv";
const LOGGERS = 2;
const ROWS_A_ROUND = 8;
const LENGTH = 60;
const PATIENCE_MS = 600_000;

/** A dataset from which somebody removes old rows. */
interface Attic {
  readonly name: string;
  readonly done: string;
  readonly open: () => StorageAdapter;
  readonly options: CSVLoggerOptions;
  /** Removes some files. */
  readonly remove: (random: () => number) => Promise<void>;
}

/** Removes the oldest parts of a dataset, as the lifecycle rule of a bucket does; seldom all. */
async function expire(storage: StorageAdapter, random: () => number): Promise<void> {
  const parts = (await keysOf(storage, "dataset1."))
    .map((key) => Number(/^dataset1\.(?:(\d+)\.)?csv$/.exec(key)?.[1] ?? 1))
    .sort((a, b) => a - b);
  const count = random() < 0.1 ? parts.length : below(random, Math.max(1, parts.length));
  for (const part of parts.slice(0, count)) await storage.delete(partKey(KEY, part));
}

/** Flags ids, most of them several times, while rows are removed; at the end all of them once more. */
async function retain(
  { name, done, open, options, remove }: Attic,
  random: () => number,
  rounds: number,
): Promise<Verdict> {
  const loggers = Array.from({ length: LOGGERS }, () => {
    return new CSVLogger({ storage: open(), verbose: false, sampleId: true, ...options });
  });
  for (const logger of loggers) await logger.setup(["row", "text"], "");
  const broken: string[] = [];
  let known = 0;
  let flags = 0;
  const flag = async (n: number): Promise<void> => {
    const id = `r-${n}`;
    const logger = loggers[below(random, LOGGERS)]!;
    const onKnown = () => void known++;
    const end = await told(
      logger.flag([id, rowText(id, LENGTH)], undefined, undefined, { id, onKnown }),
    );
    flags++;
    if (typeof end !== "object") broken.push(`${id}: ${end}`);
  };
  let ids = 0;
  for (let round = 0; round < rounds; round++) {
    const chosen = Array.from({ length: ROWS_A_ROUND }, () => {
      return random() < 0.6 || ids === 0 ? ids++ : below(random, ids);
    });
    const removing = random() < 0.3 ? remove(random) : undefined;
    await within(PATIENCE_MS, Promise.all(chosen.map(flag)), "flags while rows are removed");
    await removing;
  }
  for (let n = 0; n < ids; n += ROWS_A_ROUND) {
    const last = Math.min(ids, n + ROWS_A_ROUND);
    await Promise.all(Array.from({ length: last - n }, (_, i) => flag(n + i)));
  }
  await Promise.all(loggers.map((logger) => logger[Symbol.asyncDispose]()));
  const seen = new Map<string, number>();
  let torn = 0;
  for await (const { row = "", text } of readDataset(open(), KEY)) {
    seen.set(row, (seen.get(row) ?? 0) + 1);
    if (text !== rowText(row, LENGTH)) torn++;
  }
  const all = Array.from({ length: ids }, (_, n) => `r-${n}`);
  const lost = all.filter((id) => !seen.has(id));
  const doubled = [...seen].filter(([, times]) => times > 1);
  if (seen.size > ids - lost.length) broken.push("There are rows that nobody flagged");
  if (known === 0) broken.push("No id was known");
  return {
    ...NO_COUNTS,
    name,
    done,
    acknowledged: ids,
    found: ids - lost.length,
    lost: lost.length,
    doubled: doubled.reduce((sum, [, times]) => sum + times - 1, 0),
    torn,
    notes: [`${flags} flags`, `${known} of a known id`],
    broken: [
      ...broken,
      ...lost.map((id) => `${id}: acknowledged and lost`),
      ...doubled.map(([id, times]) => `${id}: there ${times} times`),
    ],
  };
}

async function* run({ quick, seed }: Effort): AsyncGenerator<Verdict, void, undefined> {
  const random = randomFrom(seed);
  const rounds = quick ? 20 : 500;
  await using s3 = new HttpS3();
  const openS3 = await s3.listen();
  yield await retain(
    {
      name: "retention, parts",
      done: "a rule removes old parts while ids are flagged again",
      open: openS3,
      options: { maxPartBytes: 1500 },
      remove: (random) => expire(openS3(), random),
    },
    random,
    rounds,
  );
  await using dir = new TempDir();
  let rotated = 0;
  yield await retain(
    {
      name: "retention, rotation",
      done: "the file is rotated or deleted while ids are flagged again",
      open: () => new LocalFsAdapter({ root: dir.path }),
      options: {},
      // deno-lint-ignore require-await -- as the other one
      async remove(random) {
        try {
          if (random() < 0.5) Deno.removeSync(`${dir.path}/${KEY}`);
          else Deno.renameSync(`${dir.path}/${KEY}`, `${dir.path}/${KEY}.${++rotated}`);
        } catch (error) {
          if (!(error instanceof Deno.errors.NotFound)) throw error;
        }
      },
    },
    random,
    rounds,
  );
}

/** Rows are removed by a rule or a rotation, and their ids are flagged again. */
export const retention: Torture = { name: "retention", run };
