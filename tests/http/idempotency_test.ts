import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { MemoryAdapter, type StorageAdapter } from "@flagstone/flagging";
import { FeedbackLogger } from "@flagstone/flagging/http";
import { readDataset } from "@flagstone/flagging/dataset";
import { instead } from "../helpers/stores.ts";
import { StorageError } from "../../src/storage/storage_error.ts";
import { COMPONENTS, endpoint, post, problemOf, rowsIn, SAMPLE } from "./_requests.ts";

const GOOD = { data: SAMPLE, option: "good" };
const BAD = { data: SAMPLE, option: "bad" };

Deno.test("a request that is sent again with its key is one row, and the answer says so", async () => {
  const { feedback, storage } = endpoint();
  const first = await feedback(post(GOOD, { key: "k" }));
  assertEquals([first.status, first.headers.get("idempotent-replayed")], [201, null]);
  const saved = await first.json();
  for (const key of ["k", '"k"']) {
    const again = await feedback(post(GOOD, { key }));
    assertEquals([again.status, again.headers.get("idempotent-replayed")], [200, "true"]);
    assertEquals(await again.json(), saved);
  }
  const rows = await rowsIn(storage);
  assertEquals(rows.map(({ id }) => id), [saved.id]);
  assert(/^[\w-]{22}$/.test(saved.id), "the dataset must not reveal keys");
});

Deno.test("requests with one key at one time are one row, and have one answer", async () => {
  const { feedback, storage } = endpoint();
  const responses = await Promise.all(
    Array.from({ length: 50 }, () => feedback(post(GOOD, { key: "k" }))),
  );
  assertEquals(responses.filter(({ status }) => status === 201).length, 1);
  assertEquals(responses.filter(({ status }) => status === 200).length, 49);
  assertEquals((await rowsIn(storage)).length, 1);
});

Deno.test("another verdict with the key of an earlier or a running one is refused", async () => {
  const { feedback, storage } = endpoint();
  const flags = ["good", "bad"];
  const responses = await Promise.all(
    flags.map((option) => feedback(post({ data: SAMPLE, option }, { key: "k" }))),
  );
  const winner = responses.findIndex(({ status }) => status === 201); // either may be the first
  const loser = responses[1 - winner]!;
  assertEquals(await problemOf(loser), [422, "key-reused"]);
  const later = { data: SAMPLE, option: flags[1 - winner] };
  assertEquals(await problemOf(await feedback(post(later, { key: "k" }))), [422, "key-reused"]);
  assertEquals((await rowsIn(storage)).map(({ flag }) => flag), [flags[winner]]);
});

Deno.test("two people may use the same key", async () => {
  const identify = ({ headers }: Request) => ({ username: headers.get("x-user") ?? "" });
  const { feedback, storage } = endpoint({ identify });
  for (const user of ["ada", "lin"]) {
    const request = post(GOOD, { key: "k", headers: { "x-user": user } });
    assertEquals((await feedback(request)).status, 201);
  }
  const rows = await rowsIn(storage);
  assertEquals(rows.map(({ username }) => username), ["ada", "lin"]);
  assertNotEquals(rows[0]!.id, rows[1]!.id);
});

for (const append of ["host", "none"] as const) {
  Deno.test(`a key is known to another process that logs to the same dataset, append ${append}`, async () => {
    const storage = new MemoryAdapter({ capabilities: append === "none" ? { append } : {} });
    assertEquals((await endpoint({ storage }).feedback(post(GOOD, { key: "k" }))).status, 201);
    const elsewhere = await endpoint({ storage }).feedback(post(BAD, { key: "k" }));
    assertEquals(elsewhere.headers.get("idempotent-replayed"), "true");
    assertEquals((await rowsIn(storage)).map(({ flag }) => flag), ["good"]); // the first one stays
  });
}

Deno.test("with segments a request that reaches two isolates is two rows, which are read as one", async () => {
  const storage = new MemoryAdapter();
  for (let isolate = 0; isolate < 2; isolate++) {
    const { feedback } = endpoint({ storage, segments: true });
    for (let i = 0; i < 2; i++) await feedback(post(GOOD, { key: "k" }));
  }
  assertEquals((await rowsIn(storage)).length, 2);
  assertEquals((await rowsIn(storage, true)).length, 1);
  const unique = readDataset(storage, "flagged/dataset1.csv", { uniqueBy: "id" });
  assertEquals((await Array.fromAsync(unique)).length, 1);
});

Deno.test("a request without a key is saved each time", async () => {
  const { feedback, storage } = endpoint();
  for (let i = 0; i < 2; i++) assertEquals((await feedback(post(GOOD))).status, 201);
  assertEquals((await rowsIn(storage)).length, 2);
});

function impatient(storage: StorageAdapter) {
  return new FeedbackLogger(COMPONENTS, { storage, retry: { times: 1 } });
}

/** A storage that fails while it is down. Appends end with this outcome; an unknown one is applied. */
function failing(outcome: "unknown" | "not-applied") {
  const base = new MemoryAdapter();
  const state = { isDown: false };
  const down = (code: "Unavailable" | "PermissionDenied") =>
    new StorageError("on purpose", { code, adapter: "test", outcome });
  const storage = instead(base, {
    async read(key, options) {
      if (state.isDown) throw down("Unavailable");
      return await base.read(key, options);
    },
    async stat(key, options) {
      if (state.isDown) throw down("Unavailable");
      return await base.stat(key, options);
    },
    async append(key, body, options) {
      if (!state.isDown) return await base.append!(key, body, options);
      if (outcome === "unknown") await base.append!(key, body, options);
      throw down("PermissionDenied");
    },
  });
  return { storage, state };
}

Deno.test("a failure is not remembered: the same key saves once the store is back", async () => {
  const { storage, state } = failing("not-applied");
  const { feedback } = endpoint({ logger: impatient(storage) });
  assertEquals((await feedback(post(GOOD, { key: "first" }))).status, 201);
  state.isDown = true;
  const failed = await feedback(post(GOOD, { key: "k" }));
  assertEquals(failed.headers.get("retry-after"), "5");
  assertEquals(await problemOf(failed), [503, "storage-unavailable"]);
  state.isDown = false;
  assertEquals((await feedback(post(BAD, { key: "k" }))).status, 201); // nothing was saved under it
  assertEquals((await rowsIn(storage)).map(({ flag }) => flag), ["good", "bad"]);
});

Deno.test("after an unknown outcome the same request is saved once, and another one is refused", async () => {
  const { storage, state } = failing("unknown");
  const { feedback, errors } = endpoint({ logger: impatient(storage) });
  assertEquals((await feedback(post(GOOD, { key: "first" }))).status, 201);
  state.isDown = true;
  const failed = await feedback(post(GOOD, { key: "k" }));
  assertEquals(failed.headers.get("retry-after"), "5");
  assertEquals(await problemOf(failed), [503, "outcome-unknown"]);
  assertEquals(errors.length, 1);
  state.isDown = false;
  assertEquals(await problemOf(await feedback(post(BAD, { key: "k" }))), [422, "key-reused"]);
  assertEquals((await feedback(post(GOOD, { key: "k" }))).ok, true);
  assertEquals((await rowsIn(storage)).map(({ flag }) => flag), ["good", "good"]);
});
