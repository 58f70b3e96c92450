// deno-lint-ignore-file no-console -- the output of loggers is part of the transcripts
import type { Component } from "../../src/components/component.ts";
import { file, files } from "../../src/components/file.ts";
import { value } from "../../src/components/value.ts";
import { ChatCSVLogger } from "../../src/loggers/chat_csv_logger.ts";
import { ClassicCSVLogger } from "../../src/loggers/classic_csv_logger.ts";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import { SimpleCSVLogger } from "../../src/loggers/simple_csv_logger.ts";
import {
  bytesOf,
  type FlagStep,
  type GoldenComponent,
  type LoggerName,
  mapTexts,
  type Scenario,
  type Step,
} from "./_goldens.ts";
import type { Observed, Stage } from "./_stage.ts";

/** One value of a sample, and the result that a dataset must show. */
export interface SampleField {
  /** The name of its column; `null` if the components do not name it. */
  readonly column: string | null;
  readonly value: unknown;
  /** The contents of the files in the value. */
  readonly contents: readonly Uint8Array[];
}

/** A sample that was flagged. */
export interface Sample {
  readonly fields: readonly SampleField[];
  /** Whether there is a value for each component. */
  readonly isWhole: boolean;
  readonly failed: boolean;
  /** Whether a failed one changed anything in the storage. */
  readonly leftTraces: boolean;
}

/** The result of a step. */
export interface PlayedStep {
  readonly returned?: unknown;
  readonly error?: unknown;
  readonly stdout: readonly string[];
  /** The file in use, as a path below the flagging directory. */
  readonly datasetFile: string | null;
}

/** The result of a scenario. */
export interface Played {
  readonly steps: readonly PlayedStep[];
  readonly samples: readonly Sample[];
  /** Directories that the scenario itself created. */
  readonly madeDirs: readonly string[];
  readonly observed: Observed;
}

type Logger = CSVLogger | ClassicCSVLogger | SimpleCSVLogger | ChatCSVLogger;

interface Actor {
  readonly logger: Logger;
  readonly name: LoggerName;
  components: readonly GoldenComponent[];
}

const LOGGERS = { CSVLogger, ClassicCSVLogger, SimpleCSVLogger, ChatCSVLogger };
const SOURCE = "/source"; // replaces <SRC>; it is not on the disk
const FILE_KINDS = ["file", "files", "image"];

/** Plays the steps of a scenario. */
export async function play(scenario: Scenario, stage: Stage): Promise<Played> {
  await using player = new Player(scenario, stage);
  const steps: PlayedStep[] = [];
  for (const step of scenario.steps) {
    steps.push(
      await player.play(
        mapTexts(
          step,
          (text) => text.replaceAll("<SRC>", SOURCE).replaceAll("<DIR>", stage.flaggingDir),
        ),
      ),
    );
  }
  const { samples, madeDirs } = player;
  return { steps, samples, madeDirs, observed: await stage.observe() };
}

class Player implements AsyncDisposable {
  readonly samples: Sample[] = [];
  readonly madeDirs: string[] = [];
  readonly #stage: Stage;
  readonly #sources: ReadonlyMap<string, Uint8Array>;
  readonly #actors: Map<string, Actor> = new Map();

  constructor({ fixtures = {} }: Scenario, stage: Stage) {
    this.#stage = stage;
    this.#sources = new Map(
      Object.entries(fixtures).map(([path, content]) => [`${SOURCE}/${path}`, bytesOf(content)]),
    );
  }

  async play(step: Step): Promise<PlayedStep> {
    const { stdout, ...outcome } = await printing(() => this.#run(step));
    const actor = "as" in step ? this.#actors.get(step.as) : undefined;
    const file = actor?.logger.datasetFile ?? null;
    return { ...outcome, stdout, datasetFile: file && file.slice(this.#stage.prefix.length) };
  }

  async #run(step: Step): Promise<unknown> {
    switch (step.op) {
      case "write":
        return await this.#stage.write(step.path, bytesOf(step));
      case "mkdir":
        this.madeDirs.push(step.path);
        return await this.#stage.makeDirectory(step.path);
      case "delete":
        return await this.#stage.delete(step.path);
      case "construct": {
        const options = { ...camelCased(step.options), ...this.#stage.option };
        const logger = new LOGGERS[step.logger](options);
        this.#actors.set(step.as, { logger, name: step.logger, components: [] });
        return;
      }
      case "setup":
        return await this.#setup(this.#actors.get(step.as)!, step.components ?? []);
      case "flag":
        return await this.#flag(this.#actors.get(step.as)!, step);
    }
  }

  async #setup(actor: Actor, components: readonly GoldenComponent[]): Promise<void> {
    const { logger } = actor;
    actor.components = components;
    if (logger instanceof ChatCSVLogger) return await logger.setup(this.#stage.flaggingDir);
    await logger.setup(
      components.map((component) => this.#component(component)),
      this.#stage.flaggingDir,
    );
  }

  /** The app says which paths are its own: those of the fixtures. */
  #component({ label, kind }: GoldenComponent): Component {
    const open = (path: string) => this.#sources.get(path) ?? null;
    if (kind === "files") return files(label, { open });
    return FILE_KINDS.includes(kind) ? file(label, { open }) : value(label);
  }

  async #flag(actor: Actor, step: FlagStep): Promise<number> {
    const before = fingerprint(await this.#stage.observe());
    let failed = false;
    try {
      return await flagWith(actor.logger, step);
    } catch (error) {
      failed = true;
      throw error;
    } finally {
      const leftTraces = failed && fingerprint(await this.#stage.observe()) !== before;
      this.samples.push({ ...this.#sampleOf(actor, step), failed, leftTraces });
    }
  }

  #sampleOf({ name, components }: Actor, step: FlagStep): Pick<Sample, "fields" | "isWhole"> {
    if (name === "ChatCSVLogger") return { fields: chatFields(step), isWhole: true };
    const { data = [], option, username } = step;
    const fields = data.map((value, i) => this.#fieldOf(value, i, components[i]));
    const extras = [["flag", option], ["username", username]]
      .filter(([, text]) => text !== null && text !== undefined)
      .map(([column, value]) => ({ column: column!, value, contents: [] }));
    return {
      fields: name === "SimpleCSVLogger" ? fields : [...fields, ...extras],
      isWhole: data.length === components.length,
    };
  }

  #fieldOf(value: unknown, i: number, component: GoldenComponent | undefined): SampleField {
    const column = component === undefined ? null : component.label || `component ${i}`;
    const isFile = component !== undefined && FILE_KINDS.includes(component.kind);
    return { column, value, contents: isFile ? this.#contentsOf(value) : [] };
  }

  #contentsOf(value: unknown): Uint8Array[] {
    if (typeof value !== "object" || value === null) return [];
    const bytes = this.#sources.get(String((value as { path?: unknown }).path));
    return bytes ? [bytes] : Object.values(value).flatMap((item) => this.#contentsOf(item));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { logger } of this.#actors.values()) await logger[Symbol.asyncDispose]();
  }
}

/** The state that must not change; the flagging directory may stay, as the adapter's root. */
function fingerprint({ files, dirs, outside }: Observed): string {
  return JSON.stringify([dirs, outside, files.map(({ path, bytes }) => [path, bytes.toBase64()])]);
}

function flagWith(logger: Logger, step: FlagStep): Promise<number> {
  if (logger instanceof ChatCSVLogger) return logger.flag(step.like!, step.messages ?? []);
  return logger.flag(step.data ?? [], step.option, step.username);
}

function chatFields({ like, messages }: FlagStep): SampleField[] {
  const { index, value, liked = true } = like!;
  const word = typeof liked === "string" ? liked : liked ? "Like" : "Dislike";
  return Object.entries({ conversation: messages, index, value, flag: word })
    .map(([column, value]) => ({ column, value, contents: [] }));
}

function camelCased(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options)
      .map(([name, value]) => [name.replace(/_([a-z])/g, (_, c) => c.toUpperCase()), value]),
  );
}

/** Runs an action, and returns its output and what it returned or threw. */
async function printing(
  action: () => Promise<unknown>,
): Promise<{ stdout: string[]; returned?: unknown; error?: unknown }> {
  const stdout: string[] = [];
  const { error } = console;
  console.error = (...args: unknown[]) => {
    // The notice about a store that cannot append follows Gradio's lines.
    stdout.push(args.join(" ").replace(/ \(rewrite\)$/, ""));
  };
  try {
    return { stdout, returned: await action() };
  } catch (error) {
    return { stdout, error };
  } finally {
    console.error = error;
  }
}
