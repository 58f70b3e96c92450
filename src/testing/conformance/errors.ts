import { assert, assertEquals, assertStrictEquals, assertStringIncludes } from "@std/assert";
import type { ObjectVersion, Precondition, WriteBody } from "../../storage/storage_adapter.ts";
import type { StorageError, StorageErrorCode } from "../../storage/storage_error.ts";
import { type Behaviour, type BehaviourContext, inGroup } from "./behaviour.ts";
import { assertRefused, assertStored, encode, listKeys, putText, streamOf } from "./_harness.ts";
import { heldBody } from "./_held_body.ts";

/** An illegal act and the code that every adapter answers it with. */
interface IllegalAct {
  readonly what: string;
  readonly code: StorageErrorCode;
  readonly mutates: boolean;
  readonly key: string;
  readonly run: () => Promise<unknown>;
  readonly cause?: unknown;
}

function illegalReads({ adapter }: BehaviourContext): IllegalAct[] {
  const reason = new Error("not wanted");
  const signal = AbortSignal.abort(reason);
  const read = { mutates: false, key: "a" };
  const acts: Omit<IllegalAct, "mutates" | "key">[] = [
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
  return acts.map((act) => ({ ...read, ...act }));
}

function illegalWrites({ adapter }: BehaviourContext): IllegalAct[] {
  const reason = new Error("not wanted");
  const signal = AbortSignal.abort(reason);
  const broken = heldBody([encode("some")]);
  broken.fail(reason);
  const body = encode("body");
  const write = { mutates: true, key: "a" };
  const acts: Omit<IllegalAct, "mutates" | "key">[] = [
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
      what: "a text for a body",
      code: "InvalidArgument",
      run: () => adapter.write("a", "text" as unknown as WriteBody),
    },
    {
      what: "a stream of texts",
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
  return acts.map((act) => ({ ...write, ...act }));
}

/** Acts whose code depends on what the adapter declares, and must not depend on more. */
function illegalConditions({ adapter }: BehaviourContext): IllegalAct[] {
  const { create, swap, append, metadata } = adapter.capabilities;
  const body = encode("body");
  const write = (precondition: unknown) => () =>
    adapter.write("a", body, { precondition: precondition as Precondition });
  const appendAt = (at: number) => () => adapter.append?.("a", body, { at }) ?? Promise.resolve();
  const acts: (Omit<IllegalAct, "mutates" | "key"> | false)[] = [
    {
      what: "a creation of what exists",
      code: create === "none" ? "Unsupported" : "Conflict",
      run: write("absent"),
    },
    {
      what: "a swap of another version",
      code: swap === "none" ? "Unsupported" : "Conflict",
      run: write({ version: "other" }),
    },
    swap !== "none" && {
      what: "a precondition that is none",
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
      what: "an append at no offset",
      code: "InvalidArgument",
      run: appendAt(NaN),
    },
    !metadata && {
      what: "metadata",
      code: "Unsupported",
      run: () => adapter.write("a", body, { metadata: { a: "b" } }),
    },
  ];
  return acts
    .filter((act) => act !== false)
    .map((act) => ({ mutates: true, key: "a", ...act }));
}

function illegalKeys({ adapter }: BehaviourContext): IllegalAct[] {
  return ["../a", "a//b"].flatMap((key) =>
    [
      {
        what: "a read of no key",
        code: "InvalidKey",
        mutates: false,
        key,
        run: () => adapter.read(key),
      },
      {
        what: "a write of no key",
        code: "InvalidKey",
        mutates: true,
        key,
        run: () => adapter.write(key, encode("body")),
      },
    ] satisfies IllegalAct[]
  );
}

/** Commits every illegal act on a store that holds "a", and looks at each error. */
async function commitAll(
  context: BehaviourContext,
  look: (error: StorageError, act: IllegalAct) => void,
) {
  const { adapter } = context;
  await putText(adapter, "a", "kept");
  const acts = [
    ...illegalReads(context),
    ...illegalWrites(context),
    ...illegalConditions(context),
    ...illegalKeys(context),
  ];
  for (const act of acts) {
    look(await assertRefused(act.run, { code: act.code, what: act.what }), act);
  }
  await assertStored(adapter, "a", "kept");
  assertEquals(await listKeys(adapter), ["a"]);
}

/** Behaviours 106 to 108. */
export const errors: readonly Behaviour[] = inGroup("Errors", [
  {
    number: 106,
    name: "Every rejection tells its code, key, adapter and cause",
    run: (context) =>
      commitAll(context, (error, { what, key, cause }) => {
        assertEquals(error.adapter, context.adapter.name, what);
        assertEquals(error.key, key, what);
        assert(error.message !== "", what);
        assertStringIncludes(error.message, JSON.stringify(key), what);
        if (cause !== undefined) assertStrictEquals(error.cause, cause, what);
      }),
  },
  {
    number: 107,
    name: "The same illegal act has the same code on every adapter",
    // commitAll compares the codes.
    run: (context) => commitAll(context, () => {}),
  },
  {
    number: 108,
    name: "What is refused by state or validation is not-applied",
    run: (context) =>
      commitAll(context, (error, { what, mutates }) => {
        if (mutates) assertEquals(error.outcome, "not-applied", what);
      }),
  },
]);
