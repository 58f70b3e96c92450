import type { Export, ExportOptions } from "../export/export.ts";
import type { Formulas } from "../csv/formulas.ts";
import type { Dataset } from "../reader/dataset.ts";
import type { Flags, FlagSpec } from "./command.ts";
import { CommandError } from "./exit.ts";

/** One format of exports. */
interface Format {
  /** Whether it makes a directory of files. */
  readonly isDirectory?: boolean;
  /** Whether the types of columns matter. */
  readonly isTyped?: boolean;
  readonly make: (dataset: Dataset, options: ExportOptions, flags: Flags) => Promise<Export>;
}

/** The flags of formats. */
export const FORMAT_FLAGS: Readonly<Record<string, FlagSpec>> = {
  select: { value: "A,B", help: "jsonl, csv, parquet, hf: the columns to export" },
  types: { help: "jsonl: values of the columns' types instead of texts" },
  meta: { help: "jsonl: also _row, which identifies a row, and _version" },
  escape: { value: "HOW", help: "csv: escape formulas: gradio, strict or as-typed (default)" },
  embed: { help: "parquet: with the bytes of files" },
  split: { value: "NAME=SHARE", many: true, help: "hf: a further split, such as test=0.1" },
  "split-by": {
    value: "COLUMN",
    help: "hf: the column that decides the split (default: the first)",
  },
  title: { value: "TEXT", help: "hf: the title of the card" },
  prompt: {
    value: "COLUMN",
    help: "kto, dpo, openai: the prompts (default: a chat log's messages)",
  },
  completion: { value: "COLUMN", help: "kto, dpo, openai: the model's answers" },
  good: { value: "A,B", help: "kto, dpo, openai: the flags of good answers (default: good,Like)" },
  bad: { value: "A,B", help: "kto, dpo, openai: those of bad answers (default: wrong,Dislike)" },
  system: { value: "TEXT", help: "openai: a system message to begin with" },
};

/** The formats by their names. */
export const FORMATS: Readonly<Record<string, Format>> = {
  jsonl: {
    isTyped: true,
    async make(dataset, options, flags) {
      const { exportJsonl } = await import("../export/jsonl.ts");
      const [typed, meta, select] = [flags.has("types"), flags.has("meta"), flags.list("select")];
      return exportJsonl(dataset, { ...options, select, typed, meta });
    },
  },
  csv: {
    async make(dataset, options, flags) {
      const { exportCsv } = await import("../export/csv.ts");
      const formulas = flags.text("escape") as Formulas | undefined;
      return exportCsv(dataset, { ...options, select: flags.list("select"), formulas });
    },
  },
  parquet: {
    isTyped: true,
    async make(dataset, options, flags) {
      const { exportParquet } = await import("../export/parquet.ts");
      const [embed, select] = [flags.has("embed"), flags.list("select")];
      return exportParquet(dataset, { ...options, select, embed });
    },
  },
  hf: {
    isDirectory: true,
    isTyped: true,
    async make(dataset, options, flags) {
      const { exportHuggingFace } = await import("../export/hugging_face.ts");
      const splits = Object.fromEntries(flags.texts("split").map(splitIn));
      const [splitBy, title, select] = [
        flags.text("split-by"),
        flags.text("title"),
        flags.list("select"),
      ];
      return exportHuggingFace(dataset, { ...options, select, splits, splitBy, title });
    },
  },
  kto: {
    async make(dataset, options, flags) {
      const { exportKto } = await import("../export/kto.ts");
      return exportKto(dataset, { ...options, ...trainingIn(flags) });
    },
  },
  dpo: {
    async make(dataset, options, flags) {
      const { exportDpo } = await import("../export/dpo.ts");
      return exportDpo(dataset, { ...options, ...trainingIn(flags) });
    },
  },
  openai: {
    async make(dataset, options, flags) {
      const { exportOpenAI } = await import("../export/openai.ts");
      return exportOpenAI(dataset, {
        ...options,
        ...trainingIn(flags),
        system: flags.text("system"),
      });
    },
  },
  "label-studio": {
    async make(dataset, options) {
      const { exportLabelStudio } = await import("../export/label_studio.ts");
      return exportLabelStudio(dataset, options);
    },
  },
};

function trainingIn(flags: Flags) {
  return {
    prompt: flags.text("prompt"),
    completion: flags.text("completion"),
    good: flags.list("good"),
    bad: flags.list("bad"),
  };
}

function splitIn(text: string): [string, number] {
  const [, name, share] = /^([^=]+)=([\d.]+)$/.exec(text) ?? [];
  if (name === undefined) throw new CommandError(`--split ${text} is no split: use test=0.1`);
  return [name, Number(share)];
}
