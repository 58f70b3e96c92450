import type { Command } from "./command.ts";

/** The commands in the order of the help; each is loaded when it is used. */
export const COMMANDS: Readonly<Record<string, () => Promise<{ readonly command: Command }>>> = {
  ls: () => import("./ls.ts"),
  columns: () => import("./columns.ts"),
  count: () => import("./count.ts"),
  head: () => import("./head.ts"),
  tail: () => import("./tail.ts"),
  stats: () => import("./stats.ts"),
  freq: () => import("./freq.ts"),
  search: () => import("./search.ts"),
  show: () => import("./show.ts"),
  sql: () => import("./sql.ts"),
  export: () => import("./export.ts"),
  verify: () => import("./verify.ts"),
  repair: () => import("./repair.ts"),
  purge: () => import("./purge.ts"),
  copy: () => import("./copy.ts"),
  check: () => import("./check.ts"),
  import: () => import("./import.ts"),
  review: () => import("./review.ts"),
  probe: () => import("./probe.ts"),
  completions: () => import("./completions.ts"),
};
