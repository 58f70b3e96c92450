import { runScript } from "../helpers/deno.ts";
import { pythonWithPandas } from "../helpers/engine_pandas.ts";
import type { Measured } from "./_measured.ts";

const CHILD = new URL("_read_child.ts", import.meta.url);
const PANDAS = new URL("pandas_read.py", import.meta.url);
/** Lets the child collect garbage. */
const COLLECTING = "--expose-gc";
/** V8 enlarges its space for new objects as a program goes on, whether it needs it or not. */
const STEADY = `${COLLECTING},--max-semi-space-size=4`;

/** One way to read a dataset. */
export interface Reading {
  /** A way of `_read_child.ts`, or "pandas". */
  readonly way: string;
  readonly dir: string;
  /** The file with the query or the program. */
  readonly file?: string;
  /** Whether to collect garbage all the time, to see the memory that is needed. */
  readonly collects?: boolean;
  /** Whether V8's space for new objects stays small. @default {false} */
  readonly isSteady?: boolean;
}

/** Reads a dataset in a process of its own. */
export async function readOnce(
  { way, dir, file = "", collects = false, isSteady = false }: Reading,
): Promise<Measured> {
  if (way === "pandas") return await readByPandas(file);
  const args = [way, dir, collects ? "collect" : "leave", file];
  const { success, stdout, stderr } = await runScript(CHILD, {
    args,
    env: { DENO_V8_FLAGS: isSteady ? STEADY : COLLECTING },
  });
  if (!success) throw new Error(`Cannot read a dataset: ${stderr}`);
  return JSON.parse(stdout);
}

async function readByPandas(file: string): Promise<Measured> {
  const { success, stdout, stderr } = await new Deno.Command(pythonWithPandas()!, {
    args: [PANDAS.pathname, file],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}
