import { createHash } from "node:crypto";
import { DatasetVersions } from "../../src/dataset/dataset_versions.ts";
import { numberedNames } from "../../src/dataset/file_names.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import { complaints, datasetsIn, type Sent, type Told, toldBy } from "../helpers/dataset_check.ts";
import { fieldsOf, type Scenario, withoutTorn } from "./_scenarios.ts";
import { World } from "./_world.ts";

/** The result of one schedule. */
export interface Run {
  /** The names of its steps. */
  readonly steps: readonly string[];
  readonly complaints: readonly string[];
}

/** The result of all schedules of a scenario. */
export interface Exploration {
  readonly schedules: number;
  readonly states: number;
  /** The first schedule that broke a promise, as the numbers of its choices. */
  readonly broken: { readonly schedule: string; readonly run: Run } | undefined;
}

const RETRY = { times: 3, delayMs: 1 };
const LONGEST = 400; // steps; a schedule that is longer goes round in circles

/** The writers of a scenario, and what they were told. */
class Play {
  readonly world: World;
  readonly #scenario: Scenario;
  readonly #told: Map<string, Told | undefined> = new Map();
  readonly #versions: DatasetVersions[];

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.world = new World(scenario.memory, 0);
    this.#versions = scenario.writers.map((_, writer) => {
      const storage = this.world.open(writer);
      const options = { ...scenario.options, retry: RETRY };
      return new DatasetVersions(storage, numberedNames(storage, ""), options);
    });
  }

  /** Creates the objects, opens the dataset if the scenario wants it, and starts the writers. */
  async begin(): Promise<void> {
    const { objects = {}, writers, isOpen, events = {}, faults } = this.#scenario;
    for (const [key, text] of Object.entries(objects)) await this.world.put(key, text);
    if (isOpen) {
      for (const writer of writers.keys()) {
        this.#flag(writer, `first${writer}`);
        await this.#runAlone();
      }
    }
    for (const history of this.world.histories) history.length = 0;
    this.world.faults = faults;
    for (const [name, event] of Object.entries(events)) {
      this.world.events.set(name, () => event(this.world));
    }
    for (const [writer, ids] of writers.entries()) void this.#flagAll(writer, ids);
    await this.world.settle();
  }

  async #runAlone(): Promise<void> {
    for (await this.world.settle(); !this.world.isQuiet; await this.world.settle()) {
      await this.world.steps()[0]!.run();
    }
  }

  async #flagAll(writer: number, ids: readonly string[]): Promise<void> {
    for (const id of ids) await this.#flag(writer, id);
  }

  async #flag(writer: number, id: string): Promise<void> {
    this.#told.set(id, undefined);
    try {
      const fields = fieldsOf(id, this.#scenario.columns?.[writer]);
      this.#told.set(id, { count: await this.#versions[writer]!.add(fields) });
    } catch (error) {
      this.#told.set(id, toldBy(error));
    }
  }

  /** What is wrong when nothing more happens by itself. */
  async complaints(): Promise<string[]> {
    const { writers, columns } = this.#scenario;
    const sent: Sent[] = [];
    const found: string[] = [];
    for (const [id, told] of this.#told) {
      const writer = writers.findIndex((ids, i) => ids.includes(id) || id === `first${i}`);
      if (told === undefined && !this.world.isCrashed(writer)) found.push(`${id}: waits for ever`);
      const cells = Object.fromEntries(
        fieldsOf(id, columns?.[writer]).map(({ column, cell }) => [column, cell!]),
      );
      sent.push({ id, cells, told: told ?? "unknown" });
    }
    const whole = new MemoryAdapter();
    for await (const { key } of this.world.memory.list()) {
      await whole.write(key, new TextEncoder().encode(withoutTorn(await this.world.textOf(key))));
    }
    try {
      found.push(...complaints(await datasetsIn(whole), sent, { counts: false }));
    } catch (error) {
      found.push(String(error));
    }
    const { destroyed } = this.world;
    return found.filter((one) =>
      !(/: acknowledged but lost$/.test(one) && destroyed.has(one.split(":")[0]!))
    );
  }
}

/** Plays one schedule: the given choices, then always the first step. */
async function play(
  scenario: Scenario,
  choices: readonly number[],
  onState: (state: string, depth: number, steps: number) => boolean,
): Promise<Run> {
  const world = new Play(scenario);
  const steps: string[] = [];
  world.world.takeOver();
  try {
    await world.begin();
    // Reads that an earlier branch of the exploration began with: until something changes the store, to
    // answer them later is the same.
    let asleep = new Set<string>();
    while (true) {
      const all = world.world.steps();
      if (world.world.isQuiet) {
        const complaints = await world.complaints();
        if (complaints.length > 0) return { steps, complaints };
      }
      const open = all.filter(({ name }) => !asleep.has(name));
      if (open.length === 0) return { steps, complaints: [] };
      if (steps.length > LONGEST) return { steps, complaints: ["it does not end"] };
      const state = `${[...asleep].sort()} ${await world.world.state()}`;
      if (!onState(state, steps.length, open.length)) return { steps, complaints: [] };
      const choice = choices[steps.length] ?? 0;
      const step = open[choice]!;
      const before = open.slice(0, choice).filter(({ isRead }) => isRead);
      asleep = step.isRead ? new Set([...asleep, ...before.map(({ name }) => name)]) : new Set();
      steps.push(step.name);
      await step.run();
      await world.world.settle();
    }
  } finally {
    world.world.giveBack();
  }
}

/** Plays every schedule of a scenario; states that were seen are not left again. */
export async function explore(scenario: Scenario): Promise<Exploration> {
  const seen = new Set<string>();
  const waiting: number[][] = [[]];
  let schedules = 0;
  for (let choices = waiting.pop(); choices !== undefined; choices = waiting.pop()) {
    const prefix = choices;
    schedules++;
    const run = await play(scenario, prefix, (state, depth, open) => {
      if (depth < prefix.length) return true;
      const hash = createHash("md5").update(state).digest("base64");
      if (seen.has(hash)) return false;
      seen.add(hash);
      const path = [...prefix, ...Array<number>(depth - prefix.length).fill(0)];
      for (let other = open - 1; other > 0; other--) waiting.push([...path, other]);
      return true;
    });
    if (run.complaints.length > 0) {
      return { schedules, states: seen.size, broken: { schedule: prefix.join("."), run } };
    }
  }
  return { schedules, states: seen.size, broken: undefined };
}

/** Repeats one schedule. */
export async function repeat(scenario: Scenario, schedule: string): Promise<Run> {
  const choices = schedule === "" ? [] : schedule.split(".").map(Number);
  return await play(scenario, choices, () => true);
}
