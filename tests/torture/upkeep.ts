import { openDataset } from "../../src/reader/mod.ts";
import { below, randomFrom } from "../../src/testing/random.ts";
import { purge, repair } from "../../src/upkeep/mod.ts";
import { keysOf, textOf } from "../helpers/dataset_check.ts";
import { runScript, startScript } from "../helpers/deno.ts";
import { HttpS3 } from "../helpers/http_s3.ts";
import { linesOf } from "../helpers/lines.ts";
import { TempDir } from "../helpers/temp_dir.ts";
import { openPlace, type UpkeepPlace } from "./_upkeep_place.ts";
import { type Effort, NO_COUNTS, type Torture, type Verdict } from "./_verdict.ts";

const LOCK = "f/maintenance.lock";

const script = (name: string) => new URL(`./_upkeep_${name}.ts`, import.meta.url);

/** A process that flags rows, and those that it saved. */
interface Writer {
  readonly saved: string[];
  readonly stop: () => Promise<void>;
}

function startWriter(place: UpkeepPlace, i: number): Writer {
  const args = [JSON.stringify(place), `${i}`, i % 2 === 1 ? "segments" : ""];
  const child = startScript(script("writer"), { args });
  const saved: string[] = [];
  const reading = (async () => {
    for await (const line of linesOf(child.stdout)) saved.push(line);
  })();
  return {
    saved,
    async stop() {
      child.kill("SIGKILL");
      await Promise.all([reading, child.stderr.cancel(), child.status]);
    },
  };
}

/** Runs the jobs of upkeep again and again, each time killed at another call, until all calls had a turn. */
async function keepUp(
  name: string,
  place: UpkeepPlace,
  { writers, next }: { readonly writers: number; readonly next: (at: number) => number },
): Promise<Verdict> {
  const storage = openPlace(place);
  const running = Array.from({ length: writers }, (_, i) => startWriter(place, i));
  const broken: string[] = [];
  let kills = 0;
  try {
    while (running.some(({ saved }) => saved.length < 4)) {
      await new Promise((done) => setTimeout(done, 20));
    }
    for (let at = 1;; at = next(at)) {
      const when = at % 2 === 0 ? "before" : "after";
      const args = [JSON.stringify(place), `${at}`, when];
      const { signal, success, stderr } = await runScript(script("job"), { args });
      await storage.delete(LOCK); // of the killed process
      if (signal === "SIGKILL") kills++;
      else if (success) break;
      else broken.push(`It failed: ${stderr.slice(0, 500)}`);
      if (broken.length > 0) break;
    }
  } finally {
    await Promise.all(running.map(({ stop }) => stop()));
  }
  await repair(storage, "f", { apply: true });
  await purge(storage, "f", { username: "gone" }, { apply: true });
  const rows = await Array.fromAsync((await openDataset(storage, "f")).rows());
  const texts = rows.map(({ values }) => values.text!);
  const found = new Set(texts);
  const saved = running.flatMap(({ saved }) => saved).filter((text) => text.startsWith("here"));
  const lost = saved.filter((text) => !found.has(text));
  for (const key of await keysOf(storage)) {
    if ((await textOf(storage, key)).includes("gone")) broken.push(`${key} has rows of the person`);
  }
  return {
    ...NO_COUNTS,
    name,
    done: `${writers} writers beside purge, repair and verify, killed ${kills} times`,
    acknowledged: saved.length,
    found: saved.length - lost.length,
    lost: lost.length,
    doubled: texts.length - found.size,
    notes: [],
    broken: [...broken, ...lost.map((text) => `${text}: acknowledged and lost`)],
  };
}

async function* run({ quick, seed }: Effort): AsyncGenerator<Verdict, void, undefined> {
  const random = randomFrom(seed);
  const writers = quick ? 3 : 8;
  const next = (at: number) => at + (quick ? 7 + below(random, 12) : 1);
  await using dir = new TempDir();
  yield await keepUp("upkeep, disk", { root: dir.path }, { writers, next });
  await using s3 = new HttpS3();
  await s3.listen();
  yield await keepUp("upkeep, S3", { endpoint: s3.endpoint }, { writers, next });
}

/** A person's rows are purged beside writers, by a process that is killed at every call. */
export const upkeep: Torture = { name: "upkeep", run };
