import { median } from "./_stats.ts";

/** The number of calls of a function, and the time that they took. */
export class Stopwatch {
  readonly name: string;
  readonly #times: number[] = [];

  constructor(name: string) {
    this.name = name;
  }

  get calls(): number {
    return this.#times.length;
  }

  add(milliseconds: number): void {
    this.#times.push(milliseconds * 1000);
  }

  reset(): void {
    this.#times.length = 0;
  }

  /** Microseconds in each of a number of flags, without the time of the timer itself. */
  perFlag(flags: number): number {
    return Math.max(0, median(this.#times) - timerMicroseconds()) * this.calls / flags;
  }
}

// deno-lint-ignore no-explicit-any -- it stands in for functions of any kind
type AnyFunction = (this: unknown, ...args: any[]) => unknown;
type Label = (args: readonly unknown[]) => string;

let timer: number | undefined;

/** Returns the time that a stopwatch shows for an empty function. */
function timerMicroseconds(): number {
  if (timer !== undefined) return timer;
  const nothing = { run(): void {} };
  const stopwatches = new Map<string, Stopwatch>();
  const wrapped = wrap(nothing.run, () => "nothing", stopwatches);
  const times: number[] = [];
  for (let i = 0; i < 20_000; i++) {
    const start = performance.now();
    wrapped();
    times.push((performance.now() - start) * 1000);
  }
  // One pair of timers is inside the wrapper, the other one around it.
  return timer = median(times) / 2;
}

function wrap(
  original: AnyFunction,
  label: Label,
  stopwatches: Map<string, Stopwatch>,
): AnyFunction {
  return function (this: unknown, ...args: unknown[]): unknown {
    const start = performance.now();
    try {
      return original.apply(this, args);
    } finally {
      const time = performance.now() - start;
      const name = label(args);
      let watch = stopwatches.get(name);
      if (watch === undefined) stopwatches.set(name, watch = new Stopwatch(name));
      watch.add(time);
    }
  };
}

const OPEN: Label = ([, options]) => options === undefined ? "lock: open directory" : "write: open";
const WATCHED: readonly (readonly [owner: object, name: string, label: Label])[] = [
  [Deno, "openSync", OPEN],
  [Deno, "statSync", () => "lock: stat of the path"],
  [Deno, "realPathSync", () => "path: realpath"],
  [Deno, "lstatSync", () => "file: lstat"],
  [Deno.FsFile.prototype, "tryLockSync", () => "lock: flock"],
  [Deno.FsFile.prototype, "statSync", () => "fstat of directory and file"],
  [Deno.FsFile.prototype, "writeSync", () => "write: write"],
  [Deno.FsFile.prototype, "close", () => "close of directory and file"],
];

/** Times Deno's synchronous file system calls while something runs. */
export interface FileSystemWatch {
  readonly stopwatches: readonly Stopwatch[];
  during(run: () => Promise<void>): Promise<void>;
  reset(): void;
}

/** Creates a watch; the file system's functions are wrapped only while it runs something. */
export function watchFileSystem(): FileSystemWatch {
  const stopwatches = new Map<string, Stopwatch>();
  const functions = WATCHED.map(([owner, name, label]) => {
    const original: AnyFunction = Reflect.get(owner, name);
    return { owner, name, original, wrapped: wrap(original, label, stopwatches) };
  });
  return {
    get stopwatches() {
      return [...stopwatches.values()];
    },
    async during(run) {
      for (const { owner, name, wrapped } of functions) Reflect.set(owner, name, wrapped);
      try {
        await run();
      } finally {
        for (const { owner, name, original } of functions) Reflect.set(owner, name, original);
      }
    },
    reset() {
      for (const watch of stopwatches.values()) watch.reset();
    },
  };
}
