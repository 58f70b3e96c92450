import { assert } from "@std/assert";
import { CSVLogger, LocalFsAdapter } from "@flagstone/flagging";
import { openDataset } from "@flagstone/flagging/dataset";
import { datasetSql, type SqlEngine } from "@flagstone/flagging/export";
import { codeBlocksOf } from "./markdown.ts";

const PAGE = new URL("../../docs/engines.md", import.meta.url);
const PLACE = "  -- the text that datasetSql() returned\n";

/** Returns the code of a section of docs/engines.md. */
export function codeOf(title: string): string {
  const [, section = ""] = Deno.readTextFileSync(PAGE).split(`\n## ${title}\n`);
  const code = codeBlocksOf(section)[0]?.code;
  assert(code !== undefined, title);
  return code;
}

/** Returns the statement of a section, with the query in its place. */
export function statementOf(title: string, query: string): string {
  const code = codeOf(title);
  assert(code.includes(PLACE), title);
  return code.replace(PLACE, () => query).trim().replace(/;$/, "");
}

/** Flags the samples of docs/engines.md in a directory, and returns what an engine reads them by. */
export async function flagExample(root: string, engine: SqlEngine): Promise<string> {
  await using storage = new LocalFsAdapter({ root });
  const now = () => Date.UTC(2026, 0, 31, 12);
  await using logger = new CSVLogger({ storage, verbose: false, now });
  await logger.setup(["prompt"], "flagged");
  await logger.flag(["a red circle"], "good");
  await logger.setup(["prompt", "seed"], "flagged");
  await logger.flag(["=1+1", 42], "wrong");
  return datasetSql(await openDataset(storage, "flagged"), engine);
}
