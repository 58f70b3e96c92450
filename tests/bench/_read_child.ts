// Reads a dataset in a separate process: _read_child.ts WAY DIR GARBAGE [FILE]. GARBAGE is "leave" or
// "collect" (with V8's --expose-gc); FILE holds a query. Prints the time and the memory, as JSON.
// deno-lint-ignore-file no-console no-import-prefix -- its output is its answer; only it needs them
import { createReadStream } from "node:fs";
import type { Dataset } from "@flagstone/flagging/dataset";
import { openDataset } from "@flagstone/flagging/dataset";
import { RecordScanner } from "../../src/csv/record_scanner.ts";
import { type Measured, measured } from "./_measured.ts";
import { countWhere } from "./_papaparse.ts";
import { median } from "./_stats.ts";

/** Every way that reads values counts the rows with this flag. */
const FLAG = "good";
const PAGES = 100;

type Way = (dataset: Dataset, file: string) => Promise<number>;

const paths = ({ storage, pieces }: Dataset): string[] =>
  pieces.map(({ key }) => `${(storage as unknown as { root: string }).root}/${key}`);

async function readBytes({ storage, pieces }: Dataset): Promise<number> {
  let bytes = 0;
  for (const { key } of pieces) {
    for await (const chunk of (await storage.read(key))!.body) bytes += chunk.length;
  }
  return bytes;
}

async function scan({ storage, pieces }: Dataset): Promise<number> {
  let records = 0;
  for (const { key } of pieces) {
    const scanner = new RecordScanner();
    for await (const chunk of (await storage.read(key))!.body) scanner.push(chunk, () => {});
    records += scanner.records;
  }
  return records - pieces.length;
}

async function index(dataset: Dataset): Promise<number> {
  const values = await (await dataset.index()).facet("flag");
  return values.find(({ value }) => value === FLAG)!.count;
}

async function facet(dataset: Dataset): Promise<number> {
  const values = await (await dataset.index({ facets: ["flag"] })).facet("flag");
  return values.find(({ value }) => value === FLAG)!.count;
}

async function countRows(dataset: Dataset, select?: readonly string[]): Promise<number> {
  let found = 0;
  for await (const { values } of dataset.rows({ select })) if (values.flag === FLAG) found++;
  return found;
}

async function parseByPapaparse(dataset: Dataset): Promise<number> {
  let found = 0;
  for (const [i, path] of paths(dataset).entries()) {
    const place = dataset.pieces[i]!.columns.indexOf("flag");
    found += countWhere(await Deno.readTextFile(path), place, FLAG);
  }
  return found;
}

async function parseByCsvParse(dataset: Dataset): Promise<number> {
  const { parse } = await import("npm:csv-parse@6.1.0");
  let found = 0;
  for (const path of paths(dataset)) {
    const records = createReadStream(path).pipe(parse({ columns: true }));
    for await (const record of records) if (record.flag === FLAG) found++;
  }
  return found;
}

async function queryByDuckdb(_dataset: Dataset, file: string): Promise<number> {
  const { DuckDBInstance } = await import("npm:@duckdb/node-api@1.5.6-r.1");
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const query = (await Deno.readTextFile(file)).trim();
  const reader = await connection.runAndReadAll(
    // Every column is read, as by the other ways.
    `SELECT count(*) FILTER (flag = '${FLAG}')::INT, max(length(COLUMNS(*))) FROM (${query})`,
  );
  return reader.getRows()[0]![0] as number;
}

const WAYS: Readonly<Record<string, Way>> = {
  bytes: readBytes,
  scan,
  index,
  facet,
  select: (dataset) => countRows(dataset, ["flag"]),
  rows: (dataset) => countRows(dataset),
  papaparse: parseByPapaparse,
  csvParse: parseByCsvParse,
  duckdb: queryByDuckdb,
};

/** The median time of a page of 50 rows somewhere, each of which was not read before. */
async function pages(dataset: Dataset, garbage: string): Promise<Measured> {
  const index = await dataset.index();
  const times: number[] = [];
  const all = await measured(async () => {
    for (let n = 0; n < PAGES; n++) {
      const offset = Math.floor(index.total * ((n * 0.618) % 1));
      const start = performance.now();
      await index.page({ offset });
      times.push(performance.now() - start);
    }
    return index.total;
  }, garbage);
  return { ...all, ms: median(times) };
}

if (import.meta.main) {
  const [way = "", root = "", garbage = "", file = ""] = Deno.args;
  await using dataset = await openDataset(root);
  const result = way === "pages"
    ? await pages(dataset, garbage)
    : await measured(() => WAYS[way]!(dataset, file), garbage);
  console.log(JSON.stringify(result));
}
