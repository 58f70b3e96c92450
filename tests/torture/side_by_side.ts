import { TempDir } from "../helpers/temp_dir.ts";
import { Ledger, onDisk } from "./_ledger.ts";
import { runWriter } from "./_process.ts";
import type { Effort, Torture, Verdict } from "./_verdict.ts";

const VERSIONS = {
  old: ["question", "answer"],
  new: ["prompt", "reply"],
} as const;

async function* run({ quick }: Effort): AsyncGenerator<Verdict, void, undefined> {
  await using dir = new TempDir();
  const root = `${dir.path}/root`;
  const starts = quick ? 2 : 4; // apps are also restarted
  const rows = quick ? 50 : 250;
  const ledger = new Ledger();
  await Promise.all(
    Object.entries(VERSIONS).map(async ([version, labels]) => {
      for (let start = 0; start < starts; start++) {
        const writer = `${version}${start}`;
        await runWriter({ root, writer, labels, length: 80, rows, burst: 2 }, ledger);
      }
    }),
  );
  const { counts, broken, files } = await ledger.judge([onDisk(root)]);
  // Each start looks at the newest file only, and creates another one if that is the other app's.
  const most = 2 * starts;
  yield {
    name: "side by side",
    done: `2 versions of an app x ${starts} starts x ${rows} flags`,
    ...counts,
    notes: [`${files} dataset files`, `${ledger.refused} refused`],
    broken: [
      ...broken,
      ...(files > most ? [`${files} dataset files are more than ${most}`] : []),
      ...ledger.unlessAll(2 * starts * rows),
    ],
  };
}

/** Two versions of an app, with other labels, that run at the same time. */
export const sideBySide: Torture = { name: "side-by-side", run };
