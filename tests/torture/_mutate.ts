import { encodeRow } from "../../src/csv/encode.ts";
import { below } from "../../src/testing/random.ts";
import { awkward } from "../helpers/play.ts";

const MOST_ROWS = 6;
const MOST_MUTATIONS = 4;
const LONGEST_PIECE = 12;

/** Bytes that mean something in CSV, in UTF-8, or in careless programs. */
const PIECES: readonly (readonly number[])[] = [
  [0x22],
  [0x22, 0x22],
  [0x2c],
  [0x0d],
  [0x0a],
  [0x0d, 0x0a],
  [0x0d, 0x0d],
  [0x00],
  [0xff],
  [0xef, 0xbb, 0xbf],
  [0xef, 0xbb],
  [0xc3],
  [0x41],
  [0x20],
  [0x27],
];

type Mutation = (bytes: readonly number[], random: () => number) => number[];

const MUTATIONS: readonly Mutation[] = [
  (bytes, random) => bytes.with(below(random, bytes.length), below(random, 256)),
  (bytes, random) => spliced(bytes, random, 0, PIECES[below(random, PIECES.length)]!),
  (bytes, random) => spliced(bytes, random, below(random, LONGEST_PIECE), []),
  (bytes, random) => bytes.slice(0, below(random, bytes.length + 1)),
  (bytes, random) => bytes.slice(below(random, bytes.length)),
  (bytes, random) => {
    const from = below(random, bytes.length);
    return spliced(bytes, random, 0, bytes.slice(from, from + below(random, LONGEST_PIECE)));
  },
];

function spliced(
  bytes: readonly number[],
  random: () => number,
  remove: number,
  add: readonly number[],
): number[] {
  return bytes.toSpliced(below(random, bytes.length + 1), remove, ...add);
}

/** A dataset as a logger writes it. */
function validDataset(header: readonly string[], random: () => number): number[] {
  const rows = Array.from({ length: below(random, MOST_ROWS) }, (_, i) => {
    return [`row-${i}`, awkward(random), "2026-01-31 12:34:56.789012"].slice(0, header.length);
  });
  const text = [header, ...rows].map((row) => encodeRow(row)).join("");
  return [...new TextEncoder().encode(text)];
}

/** Bytes without a meaning. */
function noise(random: () => number): number[] {
  const pieces = Array.from({ length: below(random, 30) }, () => {
    return below(random, 3) === 0 ? [below(random, 256)] : PIECES[below(random, PIECES.length)]!;
  });
  return pieces.flat();
}

/** The bytes of a damaged dataset, or random ones; sometimes those of a whole one. */
export function damaged(
  header: readonly string[],
  random: () => number,
): Uint8Array<ArrayBuffer> {
  if (below(random, 8) === 0) return new Uint8Array(noise(random));
  let bytes = validDataset(header, random);
  for (let i = below(random, MOST_MUTATIONS + 1); i > 0 && bytes.length > 0; i--) {
    bytes = MUTATIONS[below(random, MUTATIONS.length)]!(bytes, random);
  }
  return new Uint8Array(bytes);
}
