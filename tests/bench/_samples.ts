import { encodeRow } from "../../src/csv/encode.ts";
import { escapeCell } from "../../src/csv/escape.ts";

/** A question, a model's answer, and a person's verdict. */
export interface Sample {
  readonly data: readonly [question: string, answer: string];
  readonly option: string;
  readonly username: string;
}

/** The components of the samples. */
export const COMPONENTS: readonly string[] = ["question", "answer"];

const SEED = 20_240_607;
const POOL = 1024;
const TIMESTAMP = "2024-06-07 08:09:10.111213";
const WORDS = 'the a model answer cat of seven is blue, why =1+1 not -5 "so" it\'s café large'
  .split(" ");
const OPTIONS = ["correct", "wrong", "rude"];
const USERS = ["ada", "grace", "alan"];

/** Numbers from 0 up to 1, the same in every run (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function makeSamples(): Sample[] {
  const random = randomNumbers(SEED);
  const pick = (texts: readonly string[]): string => texts[Math.floor(random() * texts.length)]!;
  const phrase = (longest: number): string =>
    Array.from({ length: 2 + Math.floor(random() * longest) }, () => pick(WORDS)).join(" ");
  return Array.from({ length: POOL }, () => ({
    data: [phrase(6), phrase(12)] as const,
    option: pick(OPTIONS),
    username: pick(USERS),
  }));
}

const samples: readonly Sample[] = makeSamples();

/** Returns a sample of the pool, which repeats. */
export function sampleAt(index: number): Sample {
  return samples[index % POOL]!;
}

const cells: readonly (readonly string[])[] = samples.map(({ data, option, username }) => [
  ...[...data, option, username].map(escapeCell),
  TIMESTAMP,
]);

/** The cells of a sample's row: those that a dataset has after `flag()` of it, but for the time. */
export function cellsAt(index: number): readonly string[] {
  return cells[index % POOL]!;
}

const encoder = new TextEncoder();
const encoded: readonly Uint8Array[] = cells.map((row) => encoder.encode(encodeRow(row)));

/** The bytes of a sample's row. */
export function bytesAt(index: number): Uint8Array {
  return encoded[index % POOL]!;
}

/** Writes a dataset without the code that is measured. Returns its size in bytes. */
export function writeDataset(path: string, rows: number): number {
  const header = encoder.encode(encodeRow([...COMPONENTS, "flag", "username", "timestamp"]));
  const block = new Uint8Array(encoded.reduce((length, row) => length + row.length, 0));
  encoded.reduce((offset, row) => (block.set(row, offset), offset + row.length), 0);
  const file = Deno.openSync(path, { write: true, create: true, truncate: true });
  try {
    writeAll(file, header);
    for (let i = 0; i < Math.floor(rows / POOL); i++) writeAll(file, block);
    for (let i = 0; i < rows % POOL; i++) writeAll(file, encoded[i]!);
    return file.statSync().size;
  } finally {
    file.close();
  }
}

function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += file.writeSync(bytes.subarray(done));
}
