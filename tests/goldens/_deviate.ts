import { assert } from "@std/assert";
import { type Deviation, DEVIATIONS, type Goldens } from "./deviations.ts";

type Rule<Golden> = Deviation<Golden>;

function rulesOf<File extends keyof Goldens>(file: File): readonly Rule<Goldens[File]>[] {
  return DEVIATIONS[file] as readonly Rule<Goldens[File]>[];
}

function changes<Golden extends { id: string }>(rule: Rule<Golden>, golden: Golden): boolean {
  if (rule.only !== undefined) return rule.only.includes(golden.id);
  return JSON.stringify(rule.instead(golden)) !== JSON.stringify(golden);
}

function rewritten<Golden>(golden: Golden, rules: readonly Rule<Golden>[]): Golden {
  return rules.reduce((current, { instead }) => instead(current), golden);
}

/** Returns the rules of the table that change a golden. */
function rulesFor<File extends keyof Goldens>(
  file: File,
  golden: Goldens[File],
): Rule<Goldens[File]>[] {
  return rulesOf(file).filter((rule) => changes(rule, golden));
}

/**
 * Verifies a golden after all rules that apply to it, and that it fails without any one of them, so
 * that the table has no obsolete rules.
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

/** Asserts that every rule of the table changes a golden, and every golden that it names. */
export function verifyTable<File extends keyof Goldens>(
  file: File,
  goldens: readonly Goldens[File][],
): void {
  for (const rule of rulesOf(file)) {
    const changed = goldens.filter((golden) => changes(rule, golden)).length;
    assert(
      changed > 0 && changed >= (rule.only?.length ?? 0),
      `The rule is not needed: ${rule.reason}`,
    );
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
