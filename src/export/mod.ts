/**
 * Exports datasets: as files of rows (JSON Lines, CSV, Parquet), for training (KTO, DPO, OpenAI), for
 * labelling (Label Studio), and in the layout of Hugging Face. Exports are streamed, and run in Deno, in
 * browsers and in Workers.
 *
 * ```ts
 * import { CSVLogger, MemoryAdapter } from "@flagstone/flagging";
 * import { exportKto } from "@flagstone/flagging/export";
 * import { assertEquals } from "@std/assert";
 *
 * await using logger = new CSVLogger({ storage: new MemoryAdapter(), verbose: false });
 * await logger.setup(["question", "answer"]);
 * await logger.flag(["2 + 2?", "4"], "good");
 * await logger.flag(["2 + 2?", "5"], "wrong");
 *
 * const options = { prompt: "question", completion: "answer" };
 * const { files, report } = exportKto(await logger.dataset(), options);
 * for await (const { path, body } of files) {
 *   assertEquals(path, "kto.jsonl");
 *   const [first] = (await new Response(body).text()).split("\n");
 *   assertEquals(first, '{"prompt":"2 + 2?","completion":"4","label":true}');
 * }
 * assertEquals(report.counts, { good: 1, bad: 1 });
 * ```
 *
 * @module
 */
export { exportCsv } from "./csv.ts";
export type {
  /** Options of `exportCsv()`. */
  CsvOptions,
} from "./csv.ts";
export { exportDpo } from "./dpo.ts";
export type {
  /** An export of a dataset. */
  Export,
  /** A file of an export. */
  ExportedFile,
  /** Options of every export. */
  ExportOptions,
  /** What an export did. */
  ExportReport,
} from "./export.ts";
export { exportHuggingFace } from "./hugging_face.ts";
export type {
  /** Options of `exportHuggingFace()`. */
  HuggingFaceOptions,
} from "./hugging_face.ts";
export { exportJsonl } from "./jsonl.ts";
export type {
  /** Options of `exportJsonl()`. */
  JsonlOptions,
} from "./jsonl.ts";
export { exportKto } from "./kto.ts";
export { exportLabelStudio } from "./label_studio.ts";
export { exportOpenAI } from "./openai.ts";
export type {
  /** Options of `exportOpenAI()`. */
  OpenAIOptions,
} from "./openai.ts";
export { exportParquet } from "./parquet.ts";
export type {
  /** Options of `exportParquet()`. */
  ParquetOptions,
} from "./parquet.ts";
export {
  /** Returns the query by which another engine reads a dataset. */
  datasetSql,
  /** A program that reads CSV files. */
  type SqlEngine,
  /** Options of `datasetSql()`. */
  type SqlOptions,
} from "./sql.ts";
export type {
  /** Options of the exports for training. */
  TrainingOptions,
} from "./training_options.ts";
export {
  /** What reviewers say of a row. */
  type Agreement,
  readVerdicts,
  /** A reviewer's verdict on a row. */
  type Verdict,
  Verdicts,
} from "./verdicts.ts";
