import { assert, assertEquals, assertStrictEquals, assertStringIncludes } from "@std/assert";
import type { ObjectVersion, Precondition, WriteBody } from "../../storage/storage_adapter.ts";
import type { StorageError, StorageErrorCode } from "../../storage/storage_error.ts";
import { type Behaviour, type BehaviourContext, inGroup } from "./behaviour.ts";
import { assertRefused, assertStored, encode, listKeys, putText, streamOf } from "./_harness.ts";
import { heldBody } from "./_held_body.ts";

/** An invalid call, and the code that every adapter must reject it with. */
interface InvalidCall {
  readonly what: string;
  readonly code: StorageErrorCode;
  readonly mutates: boolean;
  readonly key: string;
  readonly run: () => Promise<unknown>;
  readonly cause?: unknown;
}

function invalidReads({ adapter }: BehaviourContext): InvalidCall[] {
  const reason = new Error("not wanted");
  const signal = AbortSignal.abort(reason);
  const read = { mutates: false, key: "a" };
  const calls: Omit<InvalidCall, "mutates" | "key">[] = [
    {
      what: "an aborted stat",
      code: "Aborted",
      run: () => adapter.stat("a", { signal }),
      cause: reason,
    },
    {
      what: "an aborted read",
      code: "Aborted",
      run: () => adapter.read("a", { signal }),
      cause: reason,
    },
    {
      what: "a range beyond the end",
      code: "RangeNotSatisfiable",
      run: () => adapter.read("a", { range: { start: 100 } }),
    },
    {
      what: "a negative range",
      code: "InvalidArgument",
      run: () => adapter.read("a", { range: { start: -1 } }),
    },
    {
      what: "a read of another version",
      code: "Conflict",
      run: () => adapter.read("a", { ifVersion: "other" as ObjectVersion }),
    },
  ];
  return calls.map((call) => ({ ...read, ...call }));
}

function invalidWrites({ adapter }: BehaviourContext): InvalidCall[] {
  const reason = new Error("not wanted");
  const signal = AbortSignal.abort(reason);
  const broken = heldBody([encode("some")]);
  broken.fail(reason);
  const body = encode("body");
  const write = { mutates: true, key: "a" };
  const calls: Omit<InvalidCall, "mutates" | "key">[] = [
    {
      what: "an aborted write",
      code: "Aborted",
      run: () => adapter.write("a", body, { signal }),
      cause: reason,
    },
    {
      what: "an aborted delete",
      code: "Aborted",
      run: () => adapter.delete("a", { signal }),
      cause: reason,
    },
    {
      what: "a string as the body",
      code: "InvalidArgument",
      run: () => adapter.write("a", "text" as unknown as WriteBody),
    },
    {
      what: "a stream of strings",
      code: "InvalidArgument",
      run: () => adapter.write("a", streamOf(["text" as unknown as Uint8Array])),
    },
    {
      what: "a wrong size",
      code: "InvalidArgument",
      run: () => adapter.write("a", body, { size: 99 }),
    },
    {
      what: "a body that fails",
      code: "InvalidArgument",
      run: () => adapter.write("a", broken.stream),
      cause: reason,
    },
  ];
  return calls.map((call) => ({ ...write, ...call }));
}

/** Calls whose code depends on the declared capabilities, and on nothing else. */
function invalidConditions({ adapter }: BehaviourContext): InvalidCall[] {
  const { create, swap, append, metadata } = adapter.capabilities;
  const body = encode("body");
  const write = (precondition: unknown) => () =>
    adapter.write("a", body, { precondition: precondition as Precondition });
  const appendAt = (at: number) => () => adapter.append?.("a", body, { at }) ?? Promise.resolve();
  const calls: (Omit<InvalidCall, "mutates" | "key"> | false)[] = [
    {
      what: "a creation of an existing object",
      code: create === "none" ? "Unsupported" : "Conflict",
      run: write("absent"),
    },
    {
      what: "a swap of another version",
      code: swap === "none" ? "Unsupported" : "Conflict",
      run: write({ version: "other" }),
    },
    swap !== "none" && {
      what: "an invalid precondition",
      code: "InvalidArgument",
      run: write({}),
    },
    append !== "none" && {
      what: "an append at another offset",
      code: "Conflict",
      run: appendAt(99),
    },
    append !== "none" && {
      what: "an append at a negative offset",
      code: "InvalidArgument",
      run: appendAt(-1),
    },
    append !== "none" && {
      what: "an append without an offset",
      code: "InvalidArgument",
      run: appendAt(NaN),
    },
    !metadata && {
      what: "metadata",
      code: "Unsupported",
      run: () => adapter.write("a", body, { metadata: { a: "b" } }),
    },
  ];
  return calls
    .filter((call) => call !== false)
    .map((call) => ({ mutates: true, key: "a", ...call }));
}

function invalidKeys({ adapter }: BehaviourContext): InvalidCall[] {
  return ["../a", "a//b"].flatMap((key) =>
    [
      {
        what: "a read of an invalid key",
        code: "InvalidKey",
        mutates: false,
        key,
        run: () => adapter.read(key),
      },
      {
        what: "a write of an invalid key",
        code: "InvalidKey",
        mutates: true,
        key,
        run: () => adapter.write(key, encode("body")),
      },
    ] satisfies InvalidCall[]
  );
}

/** Makes every invalid call on a store that holds "a", and passes each error to `look`. */
async function callAll(
  context: BehaviourContext,
  look: (error: StorageError, call: InvalidCall) => void,
) {
  const { adapter } = context;
  await putText(adapter, "a", "kept");
  const calls = [
    ...invalidReads(context),
    ...invalidWrites(context),
    ...invalidConditions(context),
    ...invalidKeys(context),
  ];
  for (const call of calls) {
    look(await assertRefused(call.run, { code: call.code, what: call.what }), call);
  }
  await assertStored(adapter, "a", "kept");
  assertEquals(await listKeys(adapter), ["a"]);
}

/** Behaviours 106 to 108. */
export const errors: readonly Behaviour[] = inGroup("Errors", [
  {
    number: 106,
    name: "Every error has its code, key, adapter and cause",
    run: (context) =>
      callAll(context, (error, { what, key, cause }) => {
        assertEquals(error.adapter, context.adapter.name, what);
        assertEquals(error.key, key, what);
        assert(error.message !== "", what);
        assertStringIncludes(error.message, JSON.stringify(key), what);
        if (cause !== undefined) assertStrictEquals(error.cause, cause, what);
      }),
  },
  {
    number: 107,
    name: "An invalid call has the same code on every adapter",
    // callAll() compares the codes.
    run: (context) => callAll(context, () => {}),
  },
  {
    number: 108,
    name: 'A mutation that is refused has the outcome "not-applied"',
    run: (context) =>
      callAll(context, (error, { what, mutates }) => {
        if (mutates) assertEquals(error.outcome, "not-applied", what);
      }),
  },
]);
