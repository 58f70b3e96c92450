import { file } from "../../src/components/file.ts";
import type { RetryOptions } from "../../src/storage/kit/backoff.ts";
import { CSVLogger, type CSVLoggerOptions } from "../../src/loggers/csv_logger.ts";
import { below, randomFrom } from "../../src/testing/random.ts";
import { LocalFsAdapter } from "../../src/storage/local_fs/mod.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import type { ReadResult, StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { StorageError } from "../../src/storage/storage_error.ts";
import { timed } from "../../src/storage/wrappers/timed.ts";
import { readRecords } from "../../src/reader/mod.ts";
import { told } from "../helpers/dataset_check.ts";
import { rowText } from "../helpers/row_text.ts";
import { instead } from "../helpers/stores.ts";
import { TempDir } from "../helpers/temp_dir.ts";
import { within } from "../helpers/within.ts";
import { FILE_LABEL, Ledger, onDisk, type RowForm } from "./_ledger.ts";
import type { Effort, Torture, Verdict } from "./_verdict.ts";

const FORM: RowForm = { labels: ["id", "text"], length: 100 };
const WITH_FILES: RowForm = { ...FORM, fileLength: 3000 };
const PATIENCE_MS = 600_000;
const DEADLINE_MS = 5;
const GRACE_MS = 10; // the time that timed() allows an adapter to report its end
const SMALL_PART_BYTES = 20_000; // so that datasets have several parts
const MINUTE_MS = 60_000;
const YEAR_MS = 365 * 24 * 3_600_000;

/** Runs something before each request to the store, as a network would. */
type Way = <T>(send: (signal: AbortSignal | undefined) => Promise<T>) => Promise<T>;

function by(base: StorageAdapter, way: Way): StorageAdapter {
  return instead(base, {
    stat: (key, options) => way((signal) => base.stat(key, { ...options, signal })),
    read: (key, options) => way(() => base.read(key, options)),
    write: (key, body, options) => way((signal) => base.write(key, body, { ...options, signal })),
    delete: (key, options) => way((signal) => base.delete(key, { ...options, signal })),
    ...(base.append === undefined ? {} : {
      append: (key, bytes, options) =>
        way((signal) => base.append!(key, bytes, { ...options, signal })),
    }),
  });
}

/** A case of bad weather. */
interface Weather {
  readonly name: string;
  readonly done: string;
  readonly base: StorageAdapter;
  /** The form of the rows. @default {FORM} */
  readonly form?: RowForm;
}

/** The storage of a case of bad weather, and the way to inspect it afterwards. */
interface Sky {
  readonly ledger: Ledger;
  readonly broken: string[];
  readonly open: (storage: StorageAdapter, options?: CSVLoggerOptions) => Promise<CSVLogger>;
  /** Flags a number of rows at once. */
  readonly flag: (logger: CSVLogger, writer: string, rows: number) => Promise<void>;
}

async function under(
  { name, done, base, form = FORM }: Weather,
  play: (sky: Sky) => Promise<readonly string[]>,
): Promise<Verdict> {
  const ledger = new Ledger();
  const broken: string[] = [];
  const counters = new Map<string, number>();
  const flag = async (logger: CSVLogger, writer: string, rows: number): Promise<void> => {
    ledger.expect(writer, form);
    await Promise.all(Array.from({ length: rows }, async () => {
      const n = counters.get(writer) ?? 0;
      counters.set(writer, n + 1);
      const id = `${writer}-${n}`;
      ledger.tell(id, await told(logger.flag(sampleOf(id, form))));
    }));
  };
  const open = async (
    storage: StorageAdapter,
    options: CSVLoggerOptions = {},
  ): Promise<CSVLogger> => {
    const logger = new CSVLogger({ storage, verbose: false, ...options });
    const files = form.fileLength === undefined ? [] : [file(FILE_LABEL)];
    await logger.setup([...form.labels, ...files], "");
    return logger;
  };
  const notes = await play({ ledger, broken, open, flag });
  const judgement = await ledger.judge([{ storage: base }]);
  return {
    name,
    done,
    ...judgement.counts,
    notes: [...notes, `${ledger.refused} refused`],
    broken: [...broken, ...judgement.broken],
  };
}

/** The sample of a row. */
function sampleOf(id: string, { length, fileLength }: RowForm): unknown[] {
  const content = fileLength === undefined ? [] : [new File([rowText(id, fileLength)], "f.txt")];
  return [id, rowText(id, length), ...content];
}

/** The machine's clock jumps, mostly backwards, while rows are flagged. */
async function clock(random: () => number, flags: number): Promise<Verdict> {
  await using dir = new TempDir();
  const base = onDisk(dir.path).storage;
  const what = { name: "clock", done: `${flags} flags while the clock jumps`, base };
  return await under(what, async ({ ledger, broken, open, flag }) => {
    const { now } = Date;
    let shift = 0;
    // The adapter forces the times of files forward, and reaps and waits by the same clock.
    Date.now = () => now() + shift;
    try {
      await using logger = await open(base, { now: () => Date.now() });
      for (let i = 0; i < flags; i += 5) {
        shift = Math.floor((random() - 0.7) * YEAR_MS);
        await within(PATIENCE_MS, flag(logger, "clock", 5), "a flag after the clock jumped");
      }
    } finally {
      Date.now = now;
    }
    broken.push(...ledger.unlessAll(flags));
    const [, ...rows] = await Array.fromAsync(readRecords(base, "dataset1.csv"));
    const times = rows.map((row) => row.at(-1) ?? "");
    if (new Set(times).size < times.length) broken.push("timestamps repeat");
    // They follow a clock that is set back by more than a minute, and increase otherwise.
    const ms = times.map((time) => Date.parse(`${time.slice(0, 23).replace(" ", "T")}Z`));
    const steps = ms.slice(1).filter((time, i) => time < ms[i]! && time > ms[i]! - MINUTE_MS);
    if (steps.length > 0) broken.push(`${steps.length} timestamps go back by less than a minute`);
    return [];
  });
}

/** Every request takes long. */
async function slow(base: StorageAdapter, name: string, slowMs: number): Promise<Verdict> {
  const what = { name, done: `every request takes ${slowMs} ms`, base };
  return await under(what, async ({ ledger, broken, open, flag }) => {
    const way: Way = async (send) => {
      await new Promise((done) => setTimeout(done, slowMs));
      return await send(undefined);
    };
    await using logger = await open(by(base, way));
    await within(PATIENCE_MS, flag(logger, "slow", 50), "slow flags");
    await within(PATIENCE_MS, flag(logger, "slow", 50), "slow flags");
    broken.push(...ledger.unlessAll(100));
    return [];
  });
}

/** A deadline that requests and answers miss: some land after their repetitions. */
async function late(
  weather: Omit<Weather, "done">,
  random: () => number,
  rows: number,
): Promise<Verdict> {
  const { base } = weather;
  const what = { ...weather, done: `${rows} flags, many requests and answers too late` };
  return await under(what, async ({ ledger, broken, open, flag }) => {
    const underWay = new Set<Promise<unknown>>();
    let tooLate = 0;
    const dawdle = (): Promise<void> =>
      new Promise((done) => setTimeout(done, random() < 0.35 ? random() * 30 : 0));
    const way: Way = async (send) => {
      const start = performance.now();
      const answer = dawdle().then(() => send(undefined)).then(async (result) => {
        await dawdle();
        if (performance.now() - start > DEADLINE_MS + GRACE_MS) tooLate++;
        return result;
      });
      underWay.add(answer.catch(() => {}));
      return await answer;
    };
    const options = { retry: { times: 50, delayMs: 1 }, maxPartBytes: SMALL_PART_BYTES };
    await using logger = await open(timed(by(base, way), DEADLINE_MS), options);
    for (let i = 0; i < rows; i += 10) {
      await within(PATIENCE_MS, flag(logger, "late", 10), "flags with a deadline");
    }
    await Promise.all(underWay);
    if (tooLate === 0) broken.push("no answer was too late");
    broken.push(...ledger.unlessAll(rows / 2));
    return [`${tooLate} too late`];
  });
}

/** The store is unreachable for a while; some requests still arrive, but their answers are lost. */
async function outage(
  base: StorageAdapter,
  random: () => number,
  name: string,
  awayMs: number,
  retry?: RetryOptions,
): Promise<Verdict> {
  const what = { name, done: `away for ${awayMs} ms`, base };
  return await under(what, async ({ ledger, broken, open, flag }) => {
    let isAway = false;
    let sent = 0; // while it is unreachable; the first request arrives
    const way: Way = async (send) => {
      if (!isAway) return await send(undefined);
      if (sent++ === 0 || random() < 0.3) await send(undefined).catch(() => {});
      throw new StorageError("It is away", {
        code: "Unavailable",
        adapter: base.name,
        outcome: "unknown",
      });
    };
    await using logger = await open(by(base, way), { retry });
    await flag(logger, "before", 20);
    isAway = true;
    setTimeout(() => isAway = false, awayMs);
    await within(PATIENCE_MS, flag(logger, "during", 20), "flags while the store is away");
    while (isAway) await new Promise((done) => setTimeout(done, 20));
    const refused = ledger.refused;
    await within(PATIENCE_MS, flag(logger, "after", 20), "flags after the store came back");
    if (ledger.refused > refused) broken.push("flags were refused after the store came back");
    broken.push(...ledger.unlessAll(retry === undefined ? 40 : 60));
    return [];
  });
}

function isRead(answer: unknown): answer is ReadResult {
  return (answer as Partial<ReadResult> | null)?.body instanceof ReadableStream;
}

/** Requests are aborted before, during and after their effect. */
async function aborts(
  weather: Omit<Weather, "done">,
  random: () => number,
  rows: number,
): Promise<Verdict> {
  const { base } = weather;
  const what = { ...weather, done: `${rows} flags, requests aborted` };
  return await under(what, async ({ ledger, broken, open, flag }) => {
    const aborted = { before: 0, during: 0, after: 0 };
    const way: Way = async (send) => {
      if (random() < 0.7) return await send(undefined);
      const controller = new AbortController();
      const abort = (): void => controller.abort(new Error("aborted on purpose"));
      if (random() < 0.1) {
        aborted.before++;
        abort();
        return await send(controller.signal);
      }
      const sent = send(controller.signal);
      for (let i = below(random, 12); i > 0; i--) await Promise.resolve();
      abort();
      if (random() < 0.5) {
        aborted.during++;
        return await sent;
      }
      aborted.after++;
      const unheard: unknown = await sent.catch(() => null);
      if (isRead(unheard)) await unheard.body.cancel(); // it holds a file open
      throw new StorageError("Nobody heard what became of it", {
        code: "Unavailable",
        adapter: base.name,
        outcome: "unknown",
      });
    };
    const options = { retry: { times: 50, delayMs: 1 }, maxPartBytes: SMALL_PART_BYTES };
    await using logger = await open(by(base, way), options);
    for (let i = 0; i < rows; i += 4) {
      await within(PATIENCE_MS, flag(logger, "aborted", 4), "flags while requests are aborted");
    }
    broken.push(...ledger.unlessAll(rows / 2));
    const { before, during, after } = aborted;
    return [`aborted before, during, after: ${before}, ${during}, ${after}`];
  });
}

async function* run({ quick, seed }: Effort): AsyncGenerator<Verdict, void, undefined> {
  const random = randomFrom(seed);
  const append = (): StorageAdapter => new MemoryAdapter();
  const rewrite = (): StorageAdapter => new MemoryAdapter({ capabilities: { append: "none" } });
  const many = quick ? 100 : 5000;
  yield await clock(random, many);
  yield await slow(append(), "slow, append", quick ? 50 : 5000);
  yield await slow(rewrite(), "slow, rewrite", quick ? 50 : 5000);
  const lateRows = quick ? 200 : 1000;
  yield await late({ name: "deadlines, append", base: append() }, random, lateRows);
  yield await late({ name: "deadlines, rewrite", base: rewrite() }, random, lateRows);
  const files = { base: append(), form: WITH_FILES };
  yield await late({ name: "deadlines, files", ...files }, random, lateRows / 2);
  yield await outage(append(), random, "outage, append", quick ? 200 : 3000);
  yield await outage(rewrite(), random, "outage, rewrite", quick ? 200 : 3000);
  const patience = { times: 100, budgetMs: 120_000 };
  const longMs = quick ? 1000 : 45_000;
  if (!quick) yield await outage(append(), random, "long outage", longMs);
  yield await outage(append(), random, "long outage, outlasted", longMs, patience);
  yield await aborts({ name: "aborts, append", base: append() }, random, many);
  const rewritten = quick ? many : 1000;
  yield await aborts({ name: "aborts, rewrite", base: rewrite() }, random, rewritten);
  await using dir = new TempDir();
  const disk = new LocalFsAdapter({ root: dir.path });
  yield await aborts({ name: "aborts, disk", base: disk }, random, many);
  await using other = new TempDir();
  const base = new LocalFsAdapter({ root: other.path });
  yield await aborts({ name: "aborts, disk, files", base, form: WITH_FILES }, random, many);
}

/** Clocks, delays, outages and aborted requests. */
export const weather: Torture = { name: "weather", run };
