import { assertEquals } from "@std/assert";
import {
  DatasetVersions,
  type DatasetVersionsOptions,
} from "../../src/dataset/dataset_versions.ts";
import type { Field } from "../../src/dataset/fields.ts";
import { numberedNames } from "../../src/dataset/file_names.ts";
import { below, randomFrom } from "../../src/testing/random.ts";
import { faulty, type FaultyAdapter } from "../../src/testing/faulty/faulty.ts";
import type { FaultyOptions } from "../../src/testing/faulty/options.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { complaints, datasetsIn, type Sent, type Told, told } from "./dataset_check.ts";
import { within } from "./within.ts";

const WRITERS = 4;
const BURSTS = 10;
const LONGEST_BURST = 5;

/** The time in milliseconds after which an operation counts as hung. */
export const PATIENCE_MS = 10_000;
/** The size at which a dataset continues in a new part: small, so that there are many parts. */
export const MAX_PART_BYTES = 2000;
const ENOUGH_TRIES = 10;

/** A log under test: adds a sample and returns its place. */
export interface Log {
  add(fields: readonly Field[]): Promise<number>;
}

/** Creates a log on a storage, which repeats a request up to `times` times. */
export type LogMaker = (storage: StorageAdapter, times: number) => Log;

/** A random text that breaks careless handling of quotes, line endings or bytes. */
export function awkward(random: () => number): string {
  const pieces = [
    '"',
    ",",
    "\r\n",
    "\n",
    "\r",
    "é",
    "🌍",
    "=1+1",
    " ",
    "-",
    "word",
    '""',
    "\u2028",
  ];
  const length = below(random, 8);
  return Array.from({ length }, () => pieces[below(random, pieces.length)]).join("") +
    (below(random, 10) === 0 ? "x".repeat(below(random, 3000)) : "");
}

/** Returns the dataset versions under test, with short pauses. */
export function versionsOver(
  storage: StorageAdapter,
  times: number,
  others: DatasetVersionsOptions = {},
): DatasetVersions {
  const options: DatasetVersionsOptions = {
    ...others,
    retry: { times, delayMs: 1, budgetMs: PATIENCE_MS / 2 },
    maxPartBytes: MAX_PART_BYTES,
  };
  return new DatasetVersions(storage, numberedNames(storage, ""), options);
}

/** The settings of a play. */
export interface Play {
  readonly base: StorageAdapter;
  readonly faults: FaultyOptions;
  readonly seed: number;
  readonly log?: LogMaker;
  /** How often a writer repeats a request; if it is small, some rows stay unknown. */
  readonly times?: number;
  /** Whether the returned counts must be the rows' places. */
  readonly counts?: boolean;
}

/** Writes as one writer: in bursts and one by one, with and without an option. */
async function write(log: Log, writer: number, random: () => number): Promise<Sent[]> {
  const sent: Promise<Sent>[] = [];
  for (let burst = 0; burst < BURSTS; burst++) {
    for (let i = below(random, LONGEST_BURST); i >= 0; i--) {
      const id = `w${writer}-${sent.length}`;
      const text = awkward(random);
      const flag = below(random, 3) === 0 ? undefined : `option ${below(random, 3)}`;
      const fields = [
        { column: "id", cell: id },
        { column: "text", cell: text },
        { column: "flag", cell: flag },
      ];
      const cells = { id, text, ...(flag === undefined ? {} : { flag }) };
      sent.push(told(log.add(fields)).then((said) => ({ id, cells, told: said })));
    }
    if (below(random, 2) === 0) await within(PATIENCE_MS, Promise.all(sent), `writer ${writer}`);
    else for (let i = below(random, 20); i > 0; i--) await Promise.resolve();
  }
  return await within(PATIENCE_MS, Promise.all(sent), `writer ${writer}`);
}

/** The result of a play. */
export interface Played {
  readonly complaints: string[];
  readonly sent: readonly Sent[];
  readonly faults: number;
}

/** Lets several writers, each with separate faults, write into one store, and checks it. */
export async function play(
  { base, faults, seed, log = versionsOver, times = ENOUGH_TRIES, counts = true }: Play,
): Promise<Played> {
  const adapters: FaultyAdapter[] = [];
  const written = await Promise.all(Array.from({ length: WRITERS }, (_, writer) => {
    const adapter = faulty(base, { ...faults, seed: seed * 100 + writer });
    adapters.push(adapter);
    return write(log(adapter, times), writer, randomFrom(seed * 100 + writer));
  }));
  for (const adapter of adapters) await adapter.settle();
  const sent = written.flat();
  const injected = adapters.map((one) => one.injected)
    .reduce(
      (sum, one) =>
        sum + one.lostRequests + one.lostAnswers + one.lateRequests + one.doubledRequests +
        one.replayedRequests,
      0,
    );
  return { complaints: await found(base, sent, counts), sent, faults: injected };
}

/** Finds the errors in the datasets of a storage. */
export async function found(
  base: StorageAdapter,
  sent: readonly Sent[],
  counts: boolean = true,
): Promise<string[]> {
  try {
    return complaints(await datasetsIn(base), sent, { counts });
  } catch (error) {
    return [String(error)];
  }
}

/** Plays all seeds concurrently, because most of the time is spent in pauses. */
export async function playAll(seeds: number, of: (seed: number) => Play): Promise<Played[]> {
  const plays = await Promise.all(Array.from({ length: seeds }, (_, i) => play(of(i + 1))));
  plays.forEach(({ complaints }, i) => assertEquals(complaints, [], `seed ${i + 1}`));
  return plays;
}

/** Counts the rows with a certain answer. */
export function tally(plays: readonly Played[], what: (told: Told) => boolean): number {
  return plays.flatMap(({ sent }) => sent).filter(({ told }) => what(told)).length;
}
