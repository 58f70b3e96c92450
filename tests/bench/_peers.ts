// Other programs that keep rows; each adds the sample of a number to a file.
// deno-lint-ignore-file no-import-prefix -- in deno.json every task would load them
import { stringify } from "npm:csv-stringify@6.9.0/sync";
import { pino } from "npm:pino@10.4.0";
import { createStorage } from "npm:unstorage@1.17.6";
import fsDriver from "npm:unstorage@1.17.6/drivers/fs";
import { unparseRow } from "./_papaparse.ts";
import { bytesAt, cellsAt, sampleAt } from "./_samples.ts";

/** Adds the sample of a number to a file. */
export type Add = (index: number) => void | Promise<unknown>;

/** Creates an {@linkcode Add} for the file of this name in a directory. */
export type MakeAdd = (dir: string, name: string) => Add | Promise<Add>;

const encoder = new TextEncoder();
const append = { append: true };

/** Another program; how it is described in a table's notes. */
export interface Peer {
  readonly make: MakeAdd;
  readonly note: string;
  /** The largest dataset, in rows, at which it is measured: adding to a file costs the same anywhere. */
  readonly mostRows: number;
  /** Whether it writes the same bytes as the loggers. */
  readonly isCsv: boolean;
}

/** All peers, by their names. */
export const PEERS: Readonly<Record<string, Peer>> = {
  writeFile: {
    make: (dir, name) => (index) => Deno.writeFile(`${dir}/${name}`, bytesAt(index), append),
    note: "Deno.writeFile(path, bytes, { append: true }) of the same rows, encoded before",
    mostRows: 0,
    isCsv: true,
  },
  writeFileSync: {
    make: (dir, name) => (index) => Deno.writeFileSync(`${dir}/${name}`, bytesAt(index), append),
    note: "the same without a turn of the event loop",
    mostRows: Infinity,
    isCsv: true,
  },
  papaparse: {
    make: (dir, name) => (index) =>
      Deno.writeFile(`${dir}/${name}`, encoder.encode(unparseRow(cellsAt(index))), append),
    note: "unparse() of the escaped cells, and writeFile",
    mostRows: 0,
    isCsv: true,
  },
  "csv-stringify": {
    make: (dir, name) => (index) => {
      const row = stringify([[...cellsAt(index)]], { record_delimiter: "windows" });
      return Deno.writeFile(`${dir}/${name}`, encoder.encode(row), append);
    },
    note: "stringify() of the escaped cells, and writeFile",
    mostRows: 0,
    isCsv: true,
  },
  pino: {
    make: (dir, name) => {
      const log = pino({}, pino.destination({ dest: `${dir}/${name}`, sync: true }));
      return (index) => {
        const { data: [question, answer], option, username } = sampleAt(index);
        log.info({ question, answer, flag: option, username });
      };
    },
    note: "info() to a file, synchronous, which keeps the file open; it writes JSON",
    mostRows: 0,
    isCsv: false,
  },
  unstorage: {
    make: (dir, name) => {
      const storage = createStorage({ driver: fsDriver({ base: dir }) });
      return async (index) => {
        const text = await storage.getItem<string>(name);
        await storage.setItem(name, text + new TextDecoder().decode(bytesAt(index)));
      };
    },
    note: "getItem(), the row, setItem() with the fs driver",
    mostRows: 500_000,
    isCsv: true,
  },
};
