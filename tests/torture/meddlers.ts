import { below, randomFrom } from "../../src/testing/random.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { keysOf, textOf } from "../helpers/dataset_check.ts";
import { boundByModes } from "../helpers/limits.ts";
import { TempDir } from "../helpers/temp_dir.ts";
import { Ledger, onDisk, type RowForm } from "./_ledger.ts";
import { type Act, type Effect, Meddler, STRANGE, TORN } from "./_meddler.ts";
import { runWriter } from "./_process.ts";
import type { Effort, Torture, Verdict } from "./_verdict.ts";

const LABELS = ["id", "text"] as const;
const WRITERS = 2;
const STARTS_WITHIN_MS = 1500;
const IS_DATASET = (key: string): boolean => /^dataset\d+\.csv(?:\.old-\d+)?$/.test(key);

/** Acts that may part a row from its file. */
const MISPLACING: readonly Effect[] = ["razes", "takes away", "disturbs"];
/** Acts that destroy no row. */
const CALM: readonly Effect[] = ["takes away", "sets aside", "spares"];
const ENOUGH_TIMES = 10; // of each act, for some torn row to be found

/** When a row was flagged and acknowledged. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * Whether another program may have destroyed a row. A row must be there unless it was begun before
 * the end of an act that destroys its file, or was under way during one that rewrites the file; a file
 * that was set aside before shares the fate of the directory only, and one taken away with it none.
 */
function mayBeDestroyed(row: Span, acts: readonly Act[]): boolean {
  let isAside = false;
  for (const { effect, from, to } of acts) {
    if (effect === "takes away" && row.to < from) return false;
    if (effect === "sets aside" && row.to < from) isAside = true;
    if (effect === "razes" && row.from <= to) return true;
    if (effect === "destroys" && !isAside && row.from <= to) return true;
    if (effect === "disturbs" && !isAside && overlaps(row, { from, to })) return true;
  }
  return false;
}

function overlaps(a: Span, b: Span): boolean {
  return a.from <= b.to && a.to >= b.from;
}

/** Every act the same number of times, in a random order. */
function plan(names: readonly string[], times: number, random: () => number): string[] {
  const all = Array.from({ length: times }, () => names).flat();
  for (let i = all.length - 1; i > 0; i--) {
    const j = below(random, i + 1);
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  return all;
}

interface Meddling {
  readonly name: string;
  readonly form: RowForm;
  readonly times: number;
  readonly pauseMs: number;
}

async function meddle(
  { name, form, times, pauseMs }: Meddling,
  random: () => number,
): Promise<Verdict> {
  await using dir = new TempDir();
  const root = `${dir.path}/root`;
  const through = await boundByModes();
  const ledger = new Ledger();
  const meddler = new Meddler(root, form);
  const spans = new Map<string, Span>();
  const acts: Act[] = [];
  const names = Object.keys(meddler.acts);
  const calm = names.filter((name) => CALM.includes(meddler.acts[name]![0]));
  // Otherwise nearly every row would be excused: rows after the last destruction must be there.
  const planned = [...plan(names, times, random), ...plan(calm, times, random)];
  const startAt = Date.now() + STARTS_WITHIN_MS;
  const forMs = planned.length * (pauseMs + 20) + 500;
  let code = "";
  const writers = Array.from({ length: WRITERS }, (_, i) => {
    const job = { ...form, root, writer: `w${i}`, startAt, forMs };
    return runWriter(job, ledger, {
      ...(through === null ? {} : { through }),
      onLine(line) {
        spans.set(line.id, line);
        if (line.code === "Unknown") code = line.code;
      },
    });
  });
  await new Promise((done) => setTimeout(done, STARTS_WITHIN_MS + 100));
  for (const act of planned) {
    acts.push(await meddler.commit(act));
    await new Promise((done) => setTimeout(done, pauseMs / 2 + random() * pauseMs));
  }
  await Promise.all(writers);
  ledger.expect("gradio", { labels: form.labels, length: form.length });
  ledger.expect("strange", STRANGE);
  for (const [writer, lookalike] of meddler.lookalikes) ledger.expect(writer, lookalike);
  for (const row of meddler.rows) {
    ledger.tell(row.id, { count: 0 });
    spans.set(row.id, row);
  }
  const spanOf = (id: string): Span => spans.get(id) ?? { from: 0, to: 0 };
  const places = [root, ...meddler.renamed].map((path) => ({
    ...onDisk(path),
    isDataset: IS_DATASET,
    debris: TORN,
  }));
  let excused = 0;
  const wasDisturbed = (id: string): boolean =>
    acts.some((act) => act.effect === "disturbs" && overlaps(spanOf(id), act));
  const judgement = await ledger.judge(places, {
    mayMiscount: true,
    mayShortenTimestamps: true,
    mayMiss(id) {
      const may = mayBeDestroyed(spanOf(id), acts);
      if (may) excused++;
      return may;
    },
    // An editor empties the file for a moment: a writer that opens it then writes a header again.
    mayRepeatHeader: wasDisturbed,
    // An editor may read a row that is being written, and write back the half that it saw.
    mayBeCut: wasDisturbed,
    mayMissFile: (id) =>
      acts.some((act) => MISPLACING.includes(act.effect) && overlaps(spanOf(id), act)),
  });
  const { counts } = judgement;
  const kept = await setAsideIn(places.map(({ storage }) => storage));
  return {
    name,
    done: `${acts.length} acts of other programs while ${WRITERS} processes flag`,
    ...counts,
    notes: [
      `${excused} destroyed by others`,
      `${ledger.refused} refused`,
      `${kept} torn rows set aside`,
      `${meddler.lookalikes.size} files replaced by ones of their size`,
      ...(through === null ? ["nothing is read-only here"] : []),
      ...(code === "" ? [] : ["some refused as Unknown"]),
    ],
    broken: [
      ...judgement.broken,
      ...(kept === 0 && times >= ENOUGH_TIMES ? ["no torn row was set aside"] : []),
      ...(counts.found < planned.length ? [`${counts.found} rows for ${planned.length} acts`] : []),
    ],
  };
}

/** The number of torn rows that were set aside as the other program left them. */
async function setAsideIn(storages: readonly StorageAdapter[]): Promise<number> {
  let kept = 0;
  for (const storage of storages) {
    for (const key of (await keysOf(storage)).filter((key) => key.includes(".torn-"))) {
      if ((await textOf(storage, key)).endsWith(TORN)) kept++;
    }
  }
  return kept;
}

async function* run({ quick, seed }: Effort): AsyncGenerator<Verdict, void, undefined> {
  const random = randomFrom(seed);
  const times = quick ? 2 : 40;
  const pauseMs = quick ? 20 : 50;
  const form: RowForm = { labels: LABELS, length: 80 };
  yield await meddle({ name: "meddlers", form, times, pauseMs }, random);
  const withFiles = { ...form, fileLength: 200 };
  if (!quick) {
    yield await meddle({ name: "meddlers, files", form: withFiles, times, pauseMs }, random);
  }
}

/** Other programs that delete, rename, replace, forbid and edit while flags run. */
export const meddlers: Torture = { name: "meddlers", run };
