import { TempDir } from "../helpers/temp_dir.ts";
import { Ledger, onDisk } from "./_ledger.ts";
import { runWriter } from "./_process.ts";
import type { Effort, Torture, Verdict } from "./_verdict.ts";
import type { WriterJob } from "./_writer.ts";

const LABELS = ["id", "text"] as const;
const OTHERS = ["other id", "other text"] as const;

/** The job of a crowd of processes. */
interface Crowd {
  readonly name: string;
  readonly processes: number;
  /** The number of processes with other headers. */
  readonly strangers: number;
  readonly rows: number;
  readonly how?: Pick<WriterJob, "firstFlags" | "everyMs">;
}

function crowds(quick: boolean): Crowd[] {
  const processes = quick ? 4 : 16;
  const rows = quick ? 1000 : 500;
  const how = { firstFlags: "together", everyMs: quick ? 5 : 50 } as const;
  const rounds = quick ? 100 : 200;
  return [
    { name: "crowd", processes, strangers: 0, rows },
    { name: "crowd, two headers", processes, strangers: quick ? 1 : 4, rows },
    { name: "crowd, first flags", processes, strangers: 0, rows: rounds, how },
    {
      name: "crowd, first flags of two headers",
      processes,
      strangers: quick ? 1 : 4,
      rows: rounds,
      how,
    },
  ];
}

async function gather(crowd: Crowd): Promise<Verdict> {
  await using dir = new TempDir();
  const { name, processes, strangers, rows, how = {} } = crowd;
  const root = `${dir.path}/root`;
  const startAt = Date.now() + 500 + processes * 200; // by then all are ready
  const ledger = new Ledger();
  await Promise.all(Array.from({ length: processes }, (_, i) => {
    const labels = i < strangers ? OTHERS : LABELS;
    return runWriter({ root, writer: `p${i}`, labels, length: 60, rows, startAt, ...how }, ledger);
  }));
  const { counts, broken, files } = await ledger.judge([onDisk(root)]);
  const directories = how.firstFlags === undefined ? 1 : rows;
  // A writer looks for its file once, and creates one if the newest has other headers.
  const most = directories * (strangers === 0 ? 1 : processes);
  return {
    name,
    done: `${processes} processes x ${rows} flags${strangers > 0 ? `, ${strangers} others'` : ""}`,
    ...counts,
    notes: [`${files} files in ${directories} directories`, `${ledger.refused} refused`],
    broken: [
      ...broken,
      ...(files > most ? [`${files} files are more than ${most}`] : []),
      ...ledger.unlessAll(processes * rows),
    ],
  };
}

async function* run({ quick }: Effort): AsyncGenerator<Verdict, void, undefined> {
  for (const crowd of crowds(quick)) yield await gather(crowd);
}

/** Many processes that begin together on an empty directory. */
export const crowd: Torture = { name: "crowd", run };
