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

/** The expected results of a scenario. */
export interface Expectation {
  /** The scenario's name. */
  readonly id: string;
  /** The expected result of each step. Members that are missing are not checked. */
  readonly steps: readonly GoldenStep[];
  readonly result?: GoldenResult;
  readonly properties: readonly Property[];
}

const LOGGERS_THAT_PRINT = ["CSVLogger"];

/** Returns the expected result of a step if Gradio's own output is right. */
function fromGradio({ op, expect = {} }: Step): GoldenStep {
  if ("raises" in expect) return { raises: true, stdout: expect.stdout ?? [] };
  return op === "flag" ? { stdout: [], ...expect } : { returns: undefined, stdout: [] };
}

/**
 * Returns the expected result of a step in a scenario in which Gradio's output is wrong. Effects of
 * the defect (printed file names, exceptions) are not expected.
 */
function corrected({ logger, better }: Scenario, step: Step, index: number): GoldenStep {
  const stdout = LOGGERS_THAT_PRINT.includes(logger) ? {} : { stdout: [] };
  if (!["construct", "setup", "flag"].includes(step.op)) return fromGradio(step);
  if (step.op !== "flag") return stdout;
  const { returns = {}, result } = better!;
  if (String(index) in returns) return { ...stdout, returns: returns[index] };
  const isGiven = result !== undefined && step.expect !== undefined && "returns" in step.expect;
  return isGiven ? { ...stdout, returns: step.expect!.returns } : stdout;
}

/**
 * Returns the expected results of a scenario: `better` if there is one, otherwise Gradio's output.
 */
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
    steps: scenario.steps.map((step, i) => corrected(scenario, step, i)),
    ...(result === undefined ? {} : { result }),
    properties: properties ?? [],
  };
}

function verifyStep(expected: GoldenStep, played: PlayedStep, step: string): void {
  if ("raises" in expected) assert("error" in played, `${step} did not fail`);
  if ("returns" in expected) {
    if ("error" in played) throw new Error(`${step} failed`, { cause: played.error });
    assertEquals(played.returned, expected.returns, `${step} returned another value`);
  }
  if (expected.stdout) assertEquals(played.stdout, expected.stdout, `${step} printed other lines`);
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

/** Asserts that a scenario had the expected results. */
export function verify(expectation: Expectation, played: Played, flaggingDir: string): void {
  const { steps, result, properties } = mapTexts(
    expectation,
    (text) => text.replaceAll("<DIR>", flaggingDir),
  );
  steps.forEach((step, i) => verifyStep(step, played.steps[i]!, `Step ${i}`));
  if (result !== undefined) verifyResult(result, played);
  for (const property of properties) PROPERTIES[property](played);
}

/** Asserts what must hold for every scenario, whatever Gradio's output is. */
export function verifyAlways(played: Played): void {
  for (const { failed, isWhole, leftTraces } of played.samples) {
    assert(failed || isWhole, "A sample with too few or too many values was kept");
    assert(!leftTraces, "A refused sample changed the storage");
  }
  for (const { stdout, datasetFile } of played.steps) {
    const isAboutFile = stdout.every((line) => line.endsWith(`/${datasetFile}`));
    assert(isAboutFile, `Printed another file than ${datasetFile}: ${stdout}`);
  }
}
