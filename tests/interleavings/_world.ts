import { MemoryAdapter, type MemoryAdapterOptions } from "../../src/storage/memory_adapter.ts";
import type {
  AppendOptions,
  ListOptions,
  ObjectInfo,
  OperationOptions,
  ReadOptions,
  ReadResult,
  StorageAdapter,
  WriteBody,
  WriteOptions,
} from "../../src/storage/storage_adapter.ts";
import { StorageError } from "../../src/storage/storage_error.ts";

/** What can happen to a request besides an answer. Each takes one of the faults that are left. */
export const FATES = ["lose request", "lose answer", "replay", "delay"] as const;
/** A fate of a request. */
export type Fate = typeof FATES[number];

/** A request that waits to be chosen. */
interface Request {
  readonly writer: number;
  readonly label: string;
  readonly isMutation: boolean;
  /** Applies the request, and returns its answer with a description. */
  readonly send: () => Promise<Answer>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

interface Answer {
  readonly value: unknown;
  readonly description: string;
}

/** One step that the explorer can choose. */
export interface Step {
  /** The step in words, the same in each run of a schedule. */
  readonly name: string;
  /** Whether it changes nothing in the store, so that its order among other such steps is of no account. */
  readonly isRead: boolean;
  readonly run: () => Promise<void>;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const setImmediately = setImmediate;
const real = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  now: performance.now,
  random: Math.random,
};

/** The turns of the event loop after which a writer that did nothing is known to wait. */
const QUIET_TURNS = 2;

function connectionLost(): StorageError {
  const options = { code: "Unavailable", adapter: "memory", outcome: "unknown" } as const;
  return new StorageError("the connection was lost", options);
}

function describe(error: unknown): string {
  if (!(error instanceof StorageError)) throw error;
  return `${error.code} ${error.outcome ?? ""}`;
}

/** Owns every operation of a storage and all pauses, until the explorer chooses what happens next. */
export class World {
  readonly memory: MemoryAdapter;
  faults: number;
  /** The steps of other programs, which can happen once at any time. */
  readonly events: Map<string, () => Promise<void>> = new Map();
  /** The ids of the rows that another program deleted. */
  readonly destroyed: Set<string> = new Set();
  /** What each writer was told so far; it determines what the writer does next. */
  readonly histories: string[][] = [];
  #requests: Request[] = [];
  #late: { readonly label: string; readonly send: () => Promise<unknown> }[] = [];
  #pauses: { readonly id: number; readonly wake: () => void }[] = [];
  readonly #crashed: Set<number> = new Set();
  #activity = 0;
  #ids = 0;

  constructor(options: MemoryAdapterOptions, faults: number) {
    this.memory = new MemoryAdapter(options);
    this.faults = faults;
  }

  /** Takes over the timers, the clock and the random numbers of the process. */
  takeOver(): void {
    const set = (wake: () => void): number => {
      this.#activity++;
      this.#pauses.push({ id: ++this.#ids, wake });
      return this.#ids;
    };
    const clear = (id: number): void => {
      this.#pauses = this.#pauses.filter((pause) => pause.id !== id);
    };
    Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
    performance.now = () => 0;
    Math.random = () => 0.5;
  }

  /** Gives the timers, the clock and the random numbers back. */
  giveBack(): void {
    const { setTimeout, clearTimeout } = real;
    Object.assign(globalThis, { setTimeout, clearTimeout });
    performance.now = real.now;
    Math.random = real.random;
  }

  /** Creates the storage of a writer. */
  open(writer: number): StorageAdapter {
    const { memory } = this;
    this.histories[writer] = [];
    const ask = <T>(label: string, isMutation: boolean, send: () => Promise<Answer>): Promise<T> =>
      this.#ask(writer, label, { isMutation, send }) as Promise<T>;
    const information = (value: ObjectInfo | null): Answer => ({
      value,
      description: value === null ? "nothing" : `${value.size} ${value.version}`,
    });
    const { append } = memory;
    return {
      name: memory.name,
      capabilities: memory.capabilities,
      stat: (key: string, options?: OperationOptions) =>
        ask(`stat ${key}`, false, async () => information(await memory.stat(key, options))),
      read: (key: string, options?: ReadOptions) =>
        ask(`read ${key}`, false, () => readWhole(memory, key, options)),
      write: (key: string, body: WriteBody, options?: WriteOptions) => {
        const copying = copyOf(body);
        return copying.then((bytes) =>
          ask<ObjectInfo>(
            `write ${key} (${bytes.length} bytes)`,
            true,
            async () => information(await memory.write(key, bytes, options)),
          )
        );
      },
      delete: (key: string) =>
        ask(`delete ${key}`, true, async () => {
          await memory.delete(key);
          return { value: undefined, description: "done" };
        }),
      ...(append && {
        append: (key: string, bytes: Uint8Array, options: AppendOptions) => {
          const copy = bytes.slice();
          return ask<ObjectInfo>(
            `append ${copy.length} bytes to ${key} at ${options.at}`,
            true,
            async () => information(await append.call(memory, key, copy, options)),
          );
        },
      }),
      async *list(options: ListOptions = {}) {
        yield* await ask<ObjectInfo[]>(`list ${options.prefix ?? ""}`, false, async () => {
          const found = await Array.fromAsync(memory.list(options));
          const description = found.map(({ key, version }) => `${key} ${version}`).join();
          return { value: found, description };
        });
      },
    };
  }

  /** Whether no request, no pause and no late request is left. */
  get isQuiet(): boolean {
    return this.#requests.length + this.#pauses.length === 0;
  }

  /** Whether a writer was killed. */
  isCrashed(writer: number): boolean {
    return this.#crashed.has(writer);
  }

  /** Waits until all writers wait for an answer or a pause, or have ended. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS;) {
      const before = this.#activity;
      await new Promise<void>((done) => void setImmediately(done));
      quiet = this.#activity === before ? quiet + 1 : 0;
    }
  }

  /** The steps that can be chosen now, always in the same order. */
  steps(): Step[] {
    const steps: Step[] = [];
    for (const request of this.#requests) {
      const name = `writer ${request.writer}: ${request.label}`;
      steps.push({ name, isRead: !request.isMutation, run: () => this.#answer(request) });
      if (this.faults === 0 || !request.isMutation) continue;
      for (const fate of FATES) {
        const run = () => this.#suffer(request, fate);
        steps.push({ name: `${name}: ${fate}`, isRead: false, run });
      }
    }
    for (const [i, { wake }] of this.#pauses.entries()) {
      steps.push({ name: `pause ${i + 1} ends`, isRead: false, run: () => this.#wake(i, wake) });
    }
    for (const late of this.#late) {
      steps.push({ name: `late: ${late.label}`, isRead: false, run: () => this.#arrive(late) });
    }
    for (const [name, event] of this.events) {
      steps.push({ name, isRead: false, run: () => (this.events.delete(name), event()) });
    }
    if (this.faults > 0) {
      for (const writer of new Set(this.#requests.map(({ writer }) => writer))) {
        steps.push({
          name: `writer ${writer} is killed`,
          isRead: false,
          run: () => this.#crash(writer),
        });
      }
    }
    return steps;
  }

  /** A text that is the same for states from which the same can happen. */
  async state(): Promise<string> {
    const objects: string[] = [];
    for await (const { key, version } of this.memory.list()) {
      objects.push(`${key} ${version} ${await this.textOf(key)}`);
    }
    return JSON.stringify([
      objects,
      this.histories,
      this.#requests.map(({ writer, label }) => `${writer} ${label}`).sort(),
      this.#late.map(({ label }) => label).sort(),
      this.#pauses.length,
      [...this.events.keys()],
      [...this.#crashed],
      this.faults,
    ]);
  }

  /** The text of an object. */
  async textOf(key: string): Promise<string> {
    const found = await this.memory.read(key);
    return found === null ? "" : await new Response(found.body).text();
  }

  /** Deletes an object, as another program, and remembers the rows that it had. */
  async destroy(key: string): Promise<void> {
    for (const [, id] of (await this.textOf(key)).matchAll(/^"?(\w+)/gm)) this.destroyed.add(id!);
    await this.memory.delete(key);
  }

  /** Writes an object, as another program. */
  async put(key: string, text: string): Promise<void> {
    await this.memory.write(key, encoder.encode(text));
  }

  #ask(
    writer: number,
    label: string,
    { isMutation, send }: Pick<Request, "isMutation" | "send">,
  ): Promise<unknown> {
    this.#activity++;
    return new Promise((resolve, reject) => {
      if (this.#crashed.has(writer)) return;
      this.#requests.push({ writer, label, isMutation, send, resolve, reject });
    });
  }

  #take(request: Request): void {
    this.#requests = this.#requests.filter((other) => other !== request);
  }

  #tell({ writer, label }: Request, description: string): void {
    this.histories[writer]!.push(`${label} = ${description}`);
  }

  async #answer(request: Request): Promise<void> {
    this.#take(request);
    try {
      const { value, description } = await request.send();
      this.#tell(request, description);
      request.resolve(value);
    } catch (error) {
      this.#tell(request, describe(error));
      request.reject(error);
    }
  }

  async #suffer(request: Request, fate: Fate): Promise<void> {
    this.faults--;
    if (fate === "replay") {
      // The refusal of the copy is the only answer; a first refusal has no copy.
      await request.send().catch(() => {});
      return await this.#answer(request);
    }
    this.#take(request);
    if (fate === "lose answer") await request.send().catch(() => {});
    if (fate === "delay") this.#late.push({ label: request.label, send: request.send });
    const error = connectionLost();
    this.#tell(request, describe(error));
    request.reject(error);
  }

  async #arrive(late: { readonly send: () => Promise<unknown> }): Promise<void> {
    this.#late = this.#late.filter((other) => other !== late);
    await late.send().catch(() => {});
  }

  #wake(index: number, wake: () => void): Promise<void> {
    this.#pauses.splice(index, 1);
    wake();
    return Promise.resolve();
  }

  /** The requests of a killed writer may still arrive. */
  #crash(writer: number): Promise<void> {
    this.faults--;
    this.#crashed.add(writer);
    for (const request of this.#requests.filter((request) => request.writer === writer)) {
      this.#take(request);
      if (request.isMutation) this.#late.push({ label: request.label, send: request.send });
    }
    return Promise.resolve();
  }
}

async function copyOf(body: WriteBody): Promise<Uint8Array> {
  return body instanceof Uint8Array ? body.slice() : await new Response(body).bytes();
}

async function readWhole(
  memory: MemoryAdapter,
  key: string,
  options: ReadOptions | undefined,
): Promise<Answer> {
  const found = await memory.read(key, options);
  if (found === null) return { value: null, description: "nothing" };
  const bytes = await new Response(found.body).bytes();
  const body = ReadableStream.from([bytes]);
  const value: ReadResult = { ...found, body };
  return { value, description: `${found.info.version} ${decoder.decode(bytes)}` };
}
