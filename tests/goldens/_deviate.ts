import { assert } from "@std/assert";
import { type Deviation, DEVIATIONS, type Goldens } from "./deviations.ts";

type Rule<Golden> = Deviation<Golden>;

function rulesOf<File extends keyof Goldens>(file: File): readonly Rule<Goldens[File]>[] {
  return DEVIATIONS[file] as readonly Rule<Goldens[File]>[];
}

function touches<Golden extends { id: string }>(rule: Rule<Golden>, golden: Golden): boolean {
  if (rule.only !== undefined) return rule.only.includes(golden.id);
  return JSON.stringify(rule.instead(golden)) !== JSON.stringify(golden);
}

function rewritten<Golden>(golden: Golden, rules: readonly Rule<Golden>[]): Golden {
  return rules.reduce((current, { instead }) => instead(current), golden);
}

/** The rules of the table that touch a golden. */
function rulesFor<File extends keyof Goldens>(
  file: File,
  golden: Goldens[File],
): Rule<Goldens[File]>[] {
  return rulesOf(file).filter((rule) => touches(rule, golden));
}

/**
 * Verifies a golden with the changes of the table, and that it fails without any one of the rules
 * that touch it: so the table cannot rot.
 */
export function verifyDeviated<File extends keyof Goldens>(
  file: File,
  golden: Goldens[File],
  verify: (golden: Goldens[File]) => void,
): void {
  const rules = rulesFor(file, golden);
  verify(rewritten(golden, rules));
  for (const rule of rules) {
    const others = rewritten(golden, rules.filter((other) => other !== rule));
    assert(fails(() => verify(others)), `${golden.id} passes without the rule: ${rule.reason}`);
  }
}

/** Asserts that every rule of the table for these goldens touches one, and all it names. */
export function verifyTable<File extends keyof Goldens>(
  file: File,
  goldens: readonly Goldens[File][],
): void {
  for (const rule of rulesOf(file)) {
    const touched = goldens.filter((golden) => touches(rule, golden)).length;
    assert(touched > 0 && touched >= (rule.only?.length ?? 0), `Not needed: ${rule.reason}`);
  }
}

function fails(action: () => void): boolean {
  try {
    action();
    return false;
  } catch {
    return true;
  }
}
