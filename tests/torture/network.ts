import { CSVLogger, type CSVLoggerOptions } from "../../src/loggers/csv_logger.ts";
import { randomFrom } from "../../src/testing/random.ts";
import { told } from "../helpers/dataset_check.ts";
import { HttpS3, type PutFate } from "../helpers/http_s3.ts";
import { rowText } from "../helpers/row_text.ts";
import { within } from "../helpers/within.ts";
import { Ledger, type RowForm } from "./_ledger.ts";
import type { Effort, Torture, Verdict } from "./_verdict.ts";

const FORM: RowForm = { labels: ["row", "text"], length: 100 };
const LOGGERS = 4;
const BURST = 3;
const PATIENCE_MS = 600_000;
const TIMEOUT_MS = 150;
/** Patient, because one request in four fails. */
const RETRY = { times: 200, delayMs: 2, budgetMs: 300_000 };

/** What happens to one request in four. */
const FATES: readonly PutFate[] = ["lost", "broken", "failed", "busy", "silent", "late"];
const ILL_FATED = 0.25;

interface Way {
  readonly name: string;
  readonly options: CSVLoggerOptions;
  /** Whether the counts are not the places of the rows in a file. */
  readonly mayMiscount?: boolean;
  /** The share of the rows that must be acknowledged. @default {1} */
  readonly acknowledged?: number;
}

const WAYS: readonly Way[] = [
  { name: "network, rewrite", options: { maxPartBytes: 4000 } },
  { name: "network, ids", options: { maxPartBytes: 4000, sampleId: true } },
  // Without the identity of a timestamp, by the names of additions.
  {
    name: "network, own timestamps",
    options: { maxPartBytes: 4000, timestamp: () => "2026-01-01 00:00:00.000000" },
  },
  {
    name: "network, impatient",
    options: { maxPartBytes: 4000, retry: { times: 1, delayMs: 2 } },
    acknowledged: 0.3,
  },
  { name: "network, segments", options: { segments: true }, mayMiscount: true },
  {
    name: "network, segments and ids",
    options: { segments: true, sampleId: true },
    mayMiscount: true,
  },
];

/** The datasets of all loggers, segments included. */
const isDataset = (key: string): boolean =>
  /^flagged\/dataset\d+(?:\.w[0-9a-f]{20})?(?:\.\d+)?\.csv$/.test(key);

async function flagOver(
  { name, options, mayMiscount = false, acknowledged = 1 }: Way,
  random: () => number,
  rows: number,
): Promise<Verdict> {
  let isCalm = false;
  const met: Partial<Record<PutFate, number>> = {};
  const fateOf = (): PutFate | undefined => {
    if (isCalm || random() > ILL_FATED) return undefined;
    const fate = FATES[Math.floor(random() * FATES.length)]!;
    met[fate] = (met[fate] ?? 0) + 1;
    return fate;
  };
  await using s3 = new HttpS3({ fateOf });
  const open = await s3.listen({ timeoutMs: TIMEOUT_MS });
  const ledger = new Ledger();
  const flags = Array.from({ length: LOGGERS }, async (_, n) => {
    const writer = `w${n}`;
    ledger.expect(writer, FORM);
    await using logger = new CSVLogger({
      storage: open(),
      verbose: false,
      retry: RETRY,
      ...options,
    });
    await logger.setup([...FORM.labels]);
    for (let i = 0; i < rows / LOGGERS; i += BURST) {
      await Promise.all(Array.from({ length: BURST }, async (_, j) => {
        const id = `${writer}-${i + j}`;
        ledger.tell(id, await told(logger.flag([id, rowText(id, FORM.length)])));
      }));
    }
  });
  await within(PATIENCE_MS, Promise.all(flags), "flags over a bad network");
  await s3.settle();
  isCalm = true;
  const { counts, broken } = await ledger.judge([{ storage: open(), isDataset }], { mayMiscount });
  const missing = rows >= 200 ? FATES.filter((fate) => met[fate] === undefined) : [];
  return {
    name,
    done: `${LOGGERS} loggers over HTTP, one PUT in four goes wrong`,
    ...counts,
    notes: [
      Object.entries(met).map(([fate, times]) => `${times} ${fate}`).join(", "),
      `${ledger.refused} refused`,
    ],
    broken: [
      ...broken,
      ...ledger.unlessAll(rows * acknowledged),
      ...missing.map((fate) => `no request was ${fate}`),
    ],
  };
}

async function* run({ quick, seed }: Effort): AsyncGenerator<Verdict, void, undefined> {
  const random = randomFrom(seed);
  for (const way of WAYS) yield await flagOver(way, random, quick ? 60 : 1200);
}

/** A real HTTP server that replays, fails after the effect, is silent, and lets requests arrive late. */
export const network: Torture = { name: "network", run };
