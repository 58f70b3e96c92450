import type { DatasetVersionsOptions } from "../../src/dataset/dataset_versions.ts";
import type { Field } from "../../src/dataset/fields.ts";
import type { MemoryAdapterOptions } from "../../src/storage/memory_adapter.ts";
import type { World } from "./_world.ts";

/** A small story whose every order of events is played. */
export interface Scenario {
  readonly name: string;
  readonly memory: MemoryAdapterOptions;
  readonly options: DatasetVersionsOptions;
  /** The objects at the start. */
  readonly objects?: Readonly<Record<string, string>>;
  /** The rows of each writer, by their ids; each waits for the one before. */
  readonly writers: readonly (readonly string[])[];
  /** The columns of each writer. @default {id and text} */
  readonly columns?: readonly (readonly string[])[];
  /** Whether each writer has opened the dataset before the first choice. */
  readonly isOpen: boolean;
  /** Steps of other programs, which happen once, at any time or never. */
  readonly events?: Readonly<Record<string, (world: World) => Promise<void>>>;
  /** The number of requests that may be lost, late or replayed, and of writers that may be killed. */
  readonly faults: number;
}

/** The file of all scenarios. */
export const KEY = "dataset1.csv";
const OPEN = "id,text\r\n";
const TORN = '"half a ro';

/** The fields of a row. */
export function fieldsOf(id: string, columns: readonly string[] = ["id", "text"]): Field[] {
  return columns.map((column) => ({ column, cell: column === "id" ? id : `${column} of ${id}` }));
}

/** Removes the torn row that another program left at the end of a text. */
export function withoutTorn(text: string): string {
  return text.endsWith(TORN) ? text.slice(0, -TORN.length) : text;
}

async function tear(world: World): Promise<void> {
  await world.put(KEY, await world.textOf(KEY) + TORN);
}

async function remove(world: World): Promise<void> {
  await world.destroy(KEY);
}

interface Mode {
  readonly memory: MemoryAdapterOptions;
  readonly options: DatasetVersionsOptions;
}

/** The write modes, with and without an identity of rows. */
const MODES: Readonly<Record<string, Mode>> = {
  "append": { memory: {}, options: { uniqueRows: true } },
  "append, versions by content": {
    memory: { capabilities: { versions: "content" } },
    options: { uniqueRows: true },
  },
  "append, ids": { memory: {}, options: { uniqueRows: true, idColumn: "id" } },
  "rewrite, versions by content": {
    memory: { capabilities: { append: "none", versions: "content" } },
    options: { uniqueRows: true },
  },
  "rewrite, unique versions": {
    memory: { capabilities: { append: "none" } },
    options: { uniqueRows: true },
  },
  "rewrite, ids": {
    memory: { capabilities: { append: "none", versions: "content" } },
    options: { uniqueRows: true, idColumn: "id" },
  },
  "rewrite, rows without identity": {
    memory: { capabilities: { append: "none", versions: "content" } },
    options: {},
  },
};

/** Stores without conditions, where each writer has objects of its own. */
const SEGMENTS: Mode = {
  memory: { capabilities: { append: "none", create: "none", swap: "none", versions: "content" } },
  options: { uniqueRows: true, segments: true },
};

type Story = Omit<Scenario, "name" | "memory" | "options"> & {
  readonly options?: DatasetVersionsOptions;
};

const STORIES: Readonly<Record<string, Story>> = {
  "two writers add": {
    objects: { [KEY]: OPEN },
    writers: [["a1", "a2"], ["b1"]],
    isOpen: true,
    faults: 1,
  },
  "two writers create": { writers: [["a1"], ["b1"]], isOpen: false, faults: 1 },
  "one writer adds, two faults": {
    objects: { [KEY]: OPEN },
    writers: [["a1", "a2"]],
    isOpen: true,
    faults: 2,
  },
  "two writers add one row each, two faults": {
    objects: { [KEY]: OPEN },
    writers: [["a1"], ["b1"]],
    isOpen: true,
    faults: 2,
  },
  "a torn tail": {
    objects: { [KEY]: OPEN },
    writers: [["a1", "a2"]],
    isOpen: true,
    events: { "another program tears": tear },
    faults: 1,
  },
  "a torn tail, two writers": {
    objects: { [KEY]: OPEN },
    writers: [["a1"], ["b1"]],
    isOpen: true,
    events: { "another program tears": tear },
    faults: 1,
  },
  "a deletion": {
    objects: { [KEY]: OPEN },
    writers: [["a1", "a2"]],
    isOpen: true,
    events: { "another program deletes": remove },
    faults: 1,
  },
  "a deletion after a creation": {
    writers: [["a1"], ["b1"]],
    isOpen: false,
    events: { "another program deletes": remove },
    faults: 1,
  },
  "other columns": {
    writers: [["a1"], ["b1"]],
    columns: [["id", "text"], ["id", "text", "more"]],
    isOpen: false,
    faults: 1,
  },
  "parts that roll": {
    objects: { [KEY]: OPEN },
    writers: [["a1", "a2"], ["b1"]],
    options: { maxPartBytes: 20 },
    isOpen: true,
    faults: 1,
  },
};

/** All scenarios: each story in each write mode that it makes sense in. */
export const SCENARIOS: readonly Scenario[] = [
  ...Object.entries(STORIES).flatMap(([story, { options, ...rest }]) =>
    Object.entries(MODES).flatMap(([mode, { memory, options: others }]) =>
      story === "parts that roll" && mode.startsWith("append") ? [] : [{
        ...rest,
        name: `${story}, ${mode}`,
        memory,
        options: { ...others, ...options },
      }]
    )
  ),
  ...["one writer adds, two faults", "two writers create"].map((story) => ({
    ...STORIES[story]!,
    name: `${story}, write-once`,
    ...SEGMENTS,
  })),
];
