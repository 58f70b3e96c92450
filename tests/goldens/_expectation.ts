import { assert, assertEquals } from "@std/assert";
import { type Comparable, toComparable, toObserved } from "./_compare.ts";
import {
  type GoldenResult,
  type GoldenStep,
  mapTexts,
  type Property,
  type Scenario,
  type Step,
} from "./_goldens.ts";
import type { Played, PlayedStep } from "./_play.ts";
import { PROPERTIES } from "./_properties.ts";

/** The required result of a scenario. */
export interface Expectation {
  /** The scenario's name. */
  readonly id: string;
  /** The required results of the steps; a member that is absent may be anything. */
  readonly steps: readonly GoldenStep[];
  readonly result?: GoldenResult;
  readonly properties: readonly Property[];
}

const LOGGERS_THAT_PRINT = ["CSVLogger"];

/** A step for which Gradio's output is right. */
function fromGradio({ op, expect = {} }: Step): GoldenStep {
  if ("raises" in expect) return { raises: true, stdout: expect.stdout ?? [] };
  return op === "flag" ? { stdout: [], ...expect } : { returns: undefined, stdout: [] };
}

/**
 * A step of a scenario in which Gradio's output is wrong: consequences of the defect (which step
 * prints a file name or raises) are not required.
 */
function mended({ logger, better }: Scenario, step: Step, index: number): GoldenStep {
  const stdout = LOGGERS_THAT_PRINT.includes(logger) ? {} : { stdout: [] };
  if (!["construct", "setup", "flag"].includes(step.op)) return fromGradio(step);
  if (step.op !== "flag") return stdout;
  const { returns = {}, result } = better!;
  if (String(index) in returns) return { ...stdout, returns: returns[index] };
  const isGiven = result !== undefined && step.expect !== undefined && "returns" in step.expect;
  return isGiven ? { ...stdout, returns: step.expect!.returns } : stdout;
}

/** Returns the required result of a scenario: `better` if it has one, otherwise Gradio's. */
export function expectationOf(scenario: Scenario): Expectation {
  const { name: id, better } = scenario;
  if (better === undefined) {
    const steps = scenario.steps.map(fromGradio);
    return { id, steps, result: scenario.result, properties: [] };
  }
  const { properties } = better;
  const result = better.result ?? (properties === undefined ? scenario.result : undefined);
  return {
    id,
    steps: scenario.steps.map((step, i) => mended(scenario, step, i)),
    ...(result === undefined ? {} : { result }),
    properties: properties ?? [],
  };
}

function verifyStep(expected: GoldenStep, played: PlayedStep, step: string): void {
  if ("raises" in expected) assert("error" in played, `${step} raised nothing`);
  if ("returns" in expected) {
    if ("error" in played) throw new Error(`${step} failed`, { cause: played.error });
    assertEquals(played.returned, expected.returns, `${step} returned something else`);
  }
  if (expected.stdout) assertEquals(played.stdout, expected.stdout, `${step} printed otherwise`);
  if ("dataset_file" in expected) assertEquals(played.datasetFile, expected.dataset_file);
}

function verifyResult(expected: GoldenResult, { observed }: Played): void {
  const hasDirs = observed.dirs !== null;
  const comparable: Comparable = toComparable(toObserved(expected));
  assertEquals(
    toComparable(observed),
    hasDirs ? comparable : { ...comparable, dirs: null },
  );
}

/** Asserts that a scenario had the required result. */
export function verify(expectation: Expectation, played: Played, flaggingDir: string): void {
  const { steps, result, properties } = mapTexts(
    expectation,
    (text) => text.replaceAll("<DIR>", flaggingDir),
  );
  steps.forEach((step, i) => verifyStep(step, played.steps[i]!, `Step ${i}`));
  if (result !== undefined) verifyResult(result, played);
  for (const property of properties) PROPERTIES[property](played);
}

/** Asserts what holds for every scenario, whatever Gradio does. */
export function verifyAlways(played: Played): void {
  for (const { failed, isWhole, leftTraces } of played.samples) {
    assert(failed || isWhole, "A sample was kept that has too few or too many values");
    assert(!leftTraces, "A sample was refused and changed the storage");
  }
  for (const { stdout, datasetFile } of played.steps) {
    const isAboutFile = stdout.every((line) => line.endsWith(`/${datasetFile}`));
    assert(isAboutFile, `Printed of another file than ${datasetFile}: ${stdout}`);
  }
}
