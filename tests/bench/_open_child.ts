// Opens a dataset in a separate process: _open_child.ts WAY DIR GARBAGE. The last is one of
// "leave" and "collect" (with V8's --expose-gc). Prints the time and the memory, as JSON.
// deno-lint-ignore-file no-console -- its output is its answer
import { CSVLogger, LocalFsAdapter } from "@flagstone/flagging";
import { countRecords } from "./_papaparse.ts";
import { measured } from "./_measured.ts";
import { COMPONENTS, sampleAt } from "./_samples.ts";

const NAME = "dataset1.csv";
const BUFFER_BYTES = 64 * 1024; // as much as file.readable takes at a time

async function firstFlag(root: string): Promise<number> {
  const logger = new CSVLogger({ storage: new LocalFsAdapter({ root }), verbose: false });
  await logger.setup(COMPONENTS, "");
  const { data, option, username } = sampleAt(0);
  return await logger.flag(data, option, username) - 1;
}

async function readOnly(root: string): Promise<number> {
  const result = await new LocalFsAdapter({ root }).read(NAME);
  let bytes = 0;
  for await (const chunk of result!.body) bytes += chunk.length;
  return bytes;
}

async function readFile(root: string): Promise<number> {
  const file = await Deno.open(`${root}/${NAME}`);
  let bytes = 0;
  for await (const chunk of file.readable) bytes += chunk.length;
  return bytes;
}

async function readRaw(root: string): Promise<number> {
  using file = await Deno.open(`${root}/${NAME}`);
  const buffer = new Uint8Array(BUFFER_BYTES);
  let bytes = 0;
  for (let read = await file.read(buffer); read !== null; read = await file.read(buffer)) {
    bytes += read;
  }
  return bytes;
}

async function parseWhole(root: string): Promise<number> {
  return countRecords(await Deno.readTextFile(`${root}/${NAME}`)) - 1;
}

const WAYS: Readonly<Record<string, (root: string) => Promise<number>>> = {
  flag: firstFlag,
  read: readOnly,
  readable: readFile,
  readRaw,
  papaparse: parseWhole,
};

if (import.meta.main) {
  const [way = "", root = "", garbage = ""] = Deno.args;
  console.log(JSON.stringify(await measured(() => WAYS[way]!(root), garbage)));
}
