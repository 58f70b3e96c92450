import type { CellTest, Condition, Filter } from "../reader/filter.ts";
import type { Flags } from "./command.ts";
import { CommandError } from "./exit.ts";

const CLAUSE = /^(.*?)(!=|>=|~|<|=)([^]*)$/;

/** The flags of commands that read rows. */
export const FILTER_FLAGS = {
  where: {
    value: "TEST",
    many: true,
    help:
      "only rows that pass: column=text (several: or), column!=text, column~part, column>=text, column<text",
  },
  search: { value: "TEXT", help: "only rows with this text in a cell, whatever its case" },
  current: { help: "leave out verdicts that were replaced or withdrawn" },
} as const;

/**
 * Returns the filter of the flags.
 *
 * @throws {CommandError} If a test is none
 */
export function filterOf(flags: Flags): Filter & { readonly current: boolean } {
  const equal = new Map<string, string[]>();
  const tests = new Map<
    string,
    { not?: string[]; contains?: string; from?: string; before?: string }
  >();
  for (const clause of flags.texts("where")) {
    const [, column = "", operator, text = ""] = CLAUSE.exec(clause) ?? [];
    if (operator === undefined || column === "") throw notATest(clause);
    if (operator === "=") equal.set(column, [...equal.get(column) ?? [], text]);
    else {
      const test = tests.get(column) ?? {};
      tests.set(column, test);
      if (operator === "!=") test.not = [...test.not ?? [], text];
      else if (operator === "~") test.contains = text;
      else if (operator === ">=") test.from = text;
      else test.before = text;
    }
  }
  const both = [...equal.keys()].find((column) => tests.has(column));
  if (both !== undefined) {
    throw new CommandError(`--where ${both}=… cannot be combined with another test of that column`);
  }
  const where: Record<string, Condition> = Object.fromEntries<Condition>([
    ...equal,
    ...tests as Map<string, CellTest>,
  ]);
  return { where, search: flags.text("search"), current: flags.has("current") };
}

function notATest(clause: string): CommandError {
  return new CommandError(
    `"${clause}" is not a test: use column=text, column!=text, column~part, column>=text or column<text`,
  );
}
