import { file } from "../../src/components/file.ts";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import { LocalFsAdapter } from "../../src/storage/local_fs/mod.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { hasCode } from "../../src/storage/storage_error.ts";
import { told } from "../helpers/dataset_check.ts";
import { rowText } from "../helpers/row_text.ts";
import { TempDir } from "../helpers/temp_dir.ts";
import { within } from "../helpers/within.ts";
import { FILE_LABEL, Ledger, type RowForm } from "./_ledger.ts";
import type { Effort, Torture, Verdict } from "./_verdict.ts";

const LABELS = ["id", "text"] as const;
const MIB = 1024 * 1024;
const SAMPLE_MS = 20;
const LOOK_EVERY = 100; // settled flags
const PATIENCE_MS = 300_000;
/** The bytes that a flag in flight may hold: its texts, its row and its promises. */
const BYTES_A_FLAG = 20_000;
const BYTES_FOR_ALL = 100 * MIB;

/** One flood: a number of flags at once, into one storage. */
interface Flood {
  readonly name: string;
  readonly flags: number;
  readonly form: RowForm;
  readonly make: (root: string) => StorageAdapter;
}

function floods(quick: boolean): Flood[] {
  const flags = quick ? 2000 : 10_000;
  const form: RowForm = { labels: LABELS, length: 500 };
  const disk = (root: string): StorageAdapter => new LocalFsAdapter({ root });
  return [
    { name: "flood, disk", flags, form, make: disk },
    { name: "flood, memory", flags, form, make: () => new MemoryAdapter() },
    {
      name: "flood, rewrite",
      flags,
      form,
      make: () => new MemoryAdapter({ capabilities: { append: "none" } }),
    },
    {
      name: "flood with files, disk",
      flags: quick ? 300 : flags,
      form: { ...form, fileLength: 500 },
      make: disk,
    },
  ];
}

/** The bytes that this thread holds; the process may have other threads. */
function held(): number {
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

/** Records the peak of memory; code that does not yield to the event loop must call `look()`. */
class Gauge implements Disposable {
  readonly #before: number = held();
  readonly #timer: ReturnType<typeof setInterval> = setInterval(() => this.look(), SAMPLE_MS);
  #most = this.#before;

  look(): void {
    this.#most = Math.max(this.#most, held());
  }

  /** The largest growth in bytes. */
  get grown(): number {
    return this.#most - this.#before;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

async function pour({ name, flags, form, make }: Flood): Promise<Verdict> {
  await using dir = new TempDir();
  const storage = make(`${dir.path}/root`);
  const ledger = new Ledger();
  ledger.expect("flood", form);
  const broken: string[] = [];
  let settled = 0;
  using gauge = new Gauge();
  const settle = (): void => {
    if (++settled % LOOK_EVERY === 0) gauge.look();
  };
  const logger = new CSVLogger({ storage, verbose: false });
  const { fileLength } = form;
  await logger.setup([...LABELS, ...(fileLength === undefined ? [] : [file(FILE_LABEL)])], "");
  for (let i = 0; i < flags; i++) {
    const id = `flood-${i}`;
    const content = fileLength === undefined ? [] : [new File([rowText(id, fileLength)], "f")];
    told(logger.flag([id, rowText(id, form.length), ...content])).then((said) => {
      settle();
      ledger.tell(id, said);
    }, (error) => {
      settle();
      broken.push(`${id}: ${error}${hasCode(error, "Conflict") ? " (Conflict)" : ""}`);
    });
  }
  gauge.look();
  await within(PATIENCE_MS, logger[Symbol.asyncDispose](), `the disposal of ${name}`);
  if (settled < flags) broken.push(`disposal left ${flags - settled} flags under way`);
  const { grown } = gauge;
  const judgement = await ledger.judge([{ storage }]);
  const most = BYTES_FOR_ALL + flags * BYTES_A_FLAG;
  const mebibytes = Math.round(grown / MIB);
  if (grown > most) broken.push(`the memory grew by ${mebibytes} MiB`);
  return {
    name,
    done: `${flags} flags at once, then disposal`,
    ...judgement.counts,
    notes: [`${mebibytes} MiB more memory at most`, `${ledger.refused} refused`],
    broken: [
      ...broken,
      ...judgement.broken,
      ...ledger.unlessAll(flags),
    ],
  };
}

async function* run({ quick }: Effort): AsyncGenerator<Verdict, void, undefined> {
  for (const flood of floods(quick)) yield await pour(flood);
}

/** More flags at once than a program waits for. */
export const flood: Torture = { name: "flood", run };
