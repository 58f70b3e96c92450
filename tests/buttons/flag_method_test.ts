import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { readDataset } from "../../src/reader/mod.ts";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import { FlagMethod, flagMethods } from "../../src/buttons/flag_method.ts";
import { FlaggingCallback, type Sample } from "../../src/loggers/flagging_callback.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";

/** Records what it is asked to flag, and fails if a test says so. */
type Flagged = [data: Sample, flagOption?: string | null, username?: string | null];

class Noting extends FlaggingCallback {
  readonly flagged: Flagged[] = [];
  error: Error | null = null;

  setup(): Promise<void> {
    return Promise.resolve();
  }

  flag(...args: Flagged): Promise<number> {
    if (this.error !== null) return Promise.reject(this.error);
    return Promise.resolve(this.flagged.push(args));
  }
}

Deno.test("FlagMethod.call() flags the sample with the button's option and the username", async () => {
  const callback = new Noting();
  const method = new FlagMethod(callback, "Wrong!", "wrong");
  assertEquals([method.label, method.value], ["Wrong!", "wrong"]);
  await method.call({ username: "ada" }, "in", { out: 1 });
  await method.call({ username: null }, "in");
  await method.call({});
  assertEquals(callback.flagged, [
    [["in", { out: 1 }], "wrong", "ada"],
    [["in"], "wrong", null],
    [[], "wrong", null],
  ]);
});

Deno.test("FlagMethod returns what the button shows", async (t) => {
  const cases = [
    ["true", true, 800],
    ["no options", {}, 800],
    ["a pause", { pauseMs: 5 }, 5],
    ["no pause", { pauseMs: 0 }, 0],
  ] as const;
  for (const [what, feedback, resetAfterMs] of cases) {
    await t.step(`with feedback: ${what}`, async () => {
      const callback = new Noting();
      const method = new FlagMethod(callback, "Flag", "", feedback);
      assertEquals(method.saving(), { value: "Saving…", interactive: false });
      const saved = { value: "Saved", interactive: false, resetAfterMs };
      assertEquals(await method.call({}, "in"), saved);
      assertEquals(method.reset(), { value: "Flag", interactive: true });
      callback.error = new Error("full");
      const failed = await method.call({}, "in");
      assertEquals([failed.value, failed.interactive], ["Error!", false]);
      assertEquals(failed.resetAfterMs, resetAfterMs);
      assertEquals(JSON.parse(JSON.stringify(failed)).error, "full");
      callback.error = null;
      assertEquals(await method.call({}, "in"), saved);
    });
  }
});

Deno.test("FlagMethod.call() reports the error itself to onError, and ignores what that throws", async () => {
  const callback = new Noting();
  const seen: unknown[] = [];
  const method = new FlagMethod(callback, "Flag", "x", {
    onError(error) {
      seen.push(error);
      throw new Error("the hook failed");
    },
  });
  await method.call({}, "in");
  assertEquals(seen, []);
  callback.error = new Error("full");
  assertEquals((await method.call({}, "in")).error, "full");
  assertStrictEquals(seen[0], callback.error);
  const onError = () => Promise.reject(new Error("the hook failed later"));
  const later = new FlagMethod(callback, "Flag", "x", { onError });
  assertEquals((await later.call({}, "in")).error, "full");
  await delay(0); // an unhandled rejection would fail this test
});

Deno.test("FlagMethod.call() without feedback shows the button as it was, and rejects", async () => {
  const callback = new Noting();
  const method = new FlagMethod(callback, "Flag", "x", false);
  assertEquals(await method.call({}, "in"), { value: "Flag", interactive: true });
  callback.error = new Error("full");
  const error = await assertRejects(() => method.call({}, "in"));
  assertStrictEquals(error, callback.error);
});

Deno.test("flagMethods() names buttons as Gradio's flagging_options does", () => {
  const of = (...args: Parameters<typeof flagMethods>) =>
    flagMethods(...args).map(({ label, value }) => [label, value]);
  const callback = new Noting();
  assertEquals(of(callback), [["Flag", ""]]);
  assertEquals(of(callback, []), [["Flag", ""]]);
  assertEquals(of(callback, ["yes", ["No!", "no"], ["", "empty"]]), [
    ["Flag as yes", "yes"],
    ["No!", "no"],
    ["", "empty"],
  ]);
});

Deno.test("flagMethods() passes the feedback on to each button", async () => {
  const callback = new Noting();
  const [a, b] = flagMethods(callback, ["a", "b"], { pauseMs: 3 });
  assertEquals((await a?.call({}))?.resetAfterMs, 3);
  assertEquals((await b?.call({}))?.resetAfterMs, 3);
  assertEquals((await flagMethods(callback, ["a"], false)[0]?.call({}))?.resetAfterMs, undefined);
});

Deno.test("FlagMethod.call() keeps samples of several buttons in one dataset", async () => {
  const storage = new MemoryAdapter();
  await using logger = new CSVLogger({ storage, verbose: false });
  await logger.setup(["a"]);
  const methods = flagMethods(logger, ["yes", "no"]);
  const updates = await Promise.all(
    Array.from({ length: 20 }, (_, i) => methods[i % 2]!.call({ username: `u${i}` }, `${i}`)),
  );
  assert(updates.every(({ value }) => value === "Saved"));
  const rows = await Array.fromAsync(readDataset(storage, "flagged/dataset1.csv"));
  const expected = Array.from({ length: 20 }, (_, i) => [`${i}`, ["yes", "no"][i % 2], `u${i}`]);
  assertEquals(rows.map(({ a, flag, username }) => [a, flag, username]), expected);
  const { value } = await methods[0]!.call({}, "too", "many");
  assertEquals(value, "Error!");
});
