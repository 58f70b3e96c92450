// deno-lint-ignore-file no-import-prefix -- this module is the one place that names the npm package
// The functions of @std/assert that are used here, typed, from npm.
import { assert as assertUntyped } from "npm:deno-std@1.3.0/assert/assert.js";
import { AssertionError as AssertionErrorUntyped } from "npm:deno-std@1.3.0/assert/assertion_error.js";
import { assertEquals as equalsUntyped } from "npm:deno-std@1.3.0/assert/equals.js";
import { assertExists as existsUntyped } from "npm:deno-std@1.3.0/assert/exists.js";
import { fail as failUntyped } from "npm:deno-std@1.3.0/assert/fail.js";
import { assertGreater as greaterUntyped } from "npm:deno-std@1.3.0/assert/greater.js";
import { assertGreaterOrEqual as greaterOrEqualUntyped } from "npm:deno-std@1.3.0/assert/greater_or_equal.js";
import { assertInstanceOf as instanceOfUntyped } from "npm:deno-std@1.3.0/assert/instance_of.js";
import { assertLess as lessUntyped } from "npm:deno-std@1.3.0/assert/less.js";
import { assertLessOrEqual as lessOrEqualUntyped } from "npm:deno-std@1.3.0/assert/less_or_equal.js";
import { assertMatch as matchUntyped } from "npm:deno-std@1.3.0/assert/match.js";
import { assertNotEquals as notEqualsUntyped } from "npm:deno-std@1.3.0/assert/not_equals.js";
import { assertRejects as rejectsUntyped } from "npm:deno-std@1.3.0/assert/rejects.js";
import { assertStrictEquals as strictEqualsUntyped } from "npm:deno-std@1.3.0/assert/strict_equals.js";
import { assertStringIncludes as stringIncludesUntyped } from "npm:deno-std@1.3.0/assert/string_includes.js";
import { assertThrows as throwsUntyped } from "npm:deno-std@1.3.0/assert/throws.js";

// deno-lint-ignore no-explicit-any -- as in the declaration of @std/assert
type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

/** The error of a failed assertion. */
export interface AssertionError extends Error {
  readonly name: "AssertionError";
}
export const AssertionError: new (
  message: string,
  options?: ErrorOptions,
) => AssertionError = AssertionErrorUntyped;

export const assert: (
  expr: unknown,
  msg?: string,
) => asserts expr = assertUntyped;
export const assertEquals: <T>(
  actual: T,
  expected: T,
  msg?: string,
) => void = equalsUntyped;
export const assertNotEquals: <T>(
  actual: T,
  expected: T,
  msg?: string,
) => void = notEqualsUntyped;
export const assertStrictEquals: <T>(
  actual: unknown,
  expected: T,
  msg?: string,
) => asserts actual is T = strictEqualsUntyped;
export const assertExists: <T>(
  actual: T,
  msg?: string,
) => asserts actual is NonNullable<T> = existsUntyped;
export const assertInstanceOf: <
  // deno-lint-ignore no-explicit-any -- as in the declaration of @std/assert
  T extends abstract new (...args: any[]) => any,
>(
  actual: unknown,
  expectedType: T,
  msg?: string,
) => asserts actual is InstanceType<T> = instanceOfUntyped;
export const assertMatch: (
  actual: string,
  expected: RegExp,
  msg?: string,
) => void = matchUntyped;
export const assertStringIncludes: (
  actual: string,
  expected: string,
  msg?: string,
) => void = stringIncludesUntyped;
export const assertGreater: <T>(
  actual: T,
  expected: T,
  msg?: string,
) => void = greaterUntyped;
export const assertGreaterOrEqual: <T>(
  actual: T,
  expected: T,
  msg?: string,
) => void = greaterOrEqualUntyped;
export const assertLess: <T>(
  actual: T,
  expected: T,
  msg?: string,
) => void = lessUntyped;
export const assertLessOrEqual: <T>(
  actual: T,
  expected: T,
  msg?: string,
) => void = lessOrEqualUntyped;
export const fail: (msg?: string) => never = failUntyped;

/** Asserts that a function throws, and returns what it threw. */
export const assertThrows: {
  (fn: () => unknown, msg?: string): unknown;
  <E extends Error>(
    fn: () => unknown,
    errorClass: ErrorClass<E>,
    msgIncludes?: string,
    msg?: string,
  ): E;
} = throwsUntyped;

/** Asserts that a function's promise rejects, and returns the reason. */
export const assertRejects: {
  (fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
  <E extends Error>(
    fn: () => PromiseLike<unknown>,
    errorClass: ErrorClass<E>,
    msgIncludes?: string,
    msg?: string,
  ): Promise<E>;
} = rejectsUntyped;
