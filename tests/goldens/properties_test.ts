// Each property must be able to fail: a sound result that is doctored in one place.
import { assert, assertThrows } from "@std/assert";
import { parseCsv } from "./_cells.ts";
import type { Property } from "./_goldens.ts";
import type { Played, Sample } from "./_play.ts";
import { PROPERTIES } from "./_properties.ts";

const TIME = "2026-01-31 12:34:56.000001";
const COPY = "doc/0123456789abcdef0123/a.txt";

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** A sample with a text, a file and an option. */
const SAMPLE: Sample = {
  fields: [
    { column: "x", value: "=1", contents: [] },
    { column: "doc", value: { path: "/source/a.txt" }, contents: [bytes("a file")] },
    { column: "flag", value: "good", contents: [] },
  ],
  isWhole: true,
  failed: false,
  leftTraces: false,
};

function result(csv: string, others: Partial<Played["observed"]> = {}): Played {
  return {
    steps: [],
    samples: [SAMPLE],
    madeDirs: [],
    observed: {
      dirExists: true,
      files: [
        { path: "dataset1.csv", bytes: bytes(csv) },
        { path: COPY, bytes: bytes("a file") },
      ],
      dirs: ["doc", "doc/0123456789abcdef0123"],
      outside: [],
      ...others,
    },
  };
}

const HEADER = "x,doc,flag,timestamp\r\n";
const ROW = `'=1,${COPY},good,${TIME}\r\n`;
const SOUND = result(HEADER + ROW);
const NO_FILES = { files: [{ path: "dataset1.csv", bytes: bytes(HEADER + ROW) }] };

const DOCTORED: Readonly<Record<Property, Readonly<Record<string, Played>>>> = {
  rectangular: {
    "a row is short": result(`${HEADER}${ROW}a,b\r\n`),
    "a row is long": result(`${HEADER}${ROW}a,b,c,d,e\r\n`),
  },
  values_under_own_header: {
    "two values are swapped": result(`${HEADER}${COPY},'=1,good,${TIME}\r\n`),
    "a cell is missing": result(`${HEADER}'=1,${COPY},${TIME}\r\n`),
    "the header is another one": result(`y,doc,flag,timestamp\r\n${ROW}`),
    "the header lacks a column": result(`x,doc,timestamp\r\n${ROW}`),
    "there is no such row": result(HEADER),
    "there is a second row": result(HEADER + ROW + ROW),
  },
  no_silent_loss: {
    "a value is dropped": result(`${HEADER}'=1,${COPY},,${TIME}\r\n`),
    "the row is missing": result(HEADER),
  },
  later_rows_readable: {
    "the row is glued to another one": result(`${HEADER}old,b,c,t${ROW}`),
    "open quotes swallow the row": result(`${HEADER}"open${ROW}`),
    "every sample is refused": { ...SOUND, samples: [{ ...SAMPLE, failed: true }] },
  },
  nothing_outside: { "a file lies outside": result(HEADER + ROW, { outside: ["a.txt"] }) },
  no_empty_dirs: {
    "a directory is empty": result(HEADER + ROW, { dirs: ["doc", "y"] }),
    "a directory has a namesake only": result(HEADER + ROW, { dirs: ["do"] }),
  },
  paths_exist: {
    "the path is escaped": result(`${HEADER}'=1,'${COPY},good,${TIME}\r\n`),
    "the path is another one": result(`${HEADER}'=1,doc/a.txt,good,${TIME}\r\n`),
    "the copy is missing": result(HEADER + ROW, NO_FILES),
    "the copy is another file": result(HEADER + ROW, {
      files: [...NO_FILES.files, { path: COPY, bytes: bytes("another file") }],
    }),
  },
};

for (const [property, doctored] of Object.entries(DOCTORED)) {
  const check = PROPERTIES[property as Property];

  Deno.test(`the property ${property} holds of a sound result`, () => check(SOUND));

  for (const [how, played] of Object.entries(doctored)) {
    Deno.test(`the property ${property} fails if ${how}`, () => {
      assertThrows(() => check(played));
    });
  }
}

Deno.test("parseCsv() reads cells and records as they are", () => {
  const text = '\ufeffa,"b ""q""\r\n, c"\r\n\r\n"",\n,\r"open\n';
  const records = [["a", 'b "q"\r\n, c'], ["", ""], ["", ""], ["open\n"]];
  assert(JSON.stringify(parseCsv(text)) === JSON.stringify(records));
});
