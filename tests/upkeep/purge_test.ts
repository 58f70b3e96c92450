import { assert, assertEquals, assertRejects } from "@std/assert";
import { file } from "../../src/components/file.ts";
import { value } from "../../src/components/value.ts";
import { createLogger } from "../../src/loggers/create_logger.ts";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import { openDataset } from "../../src/reader/mod.ts";
import { LocalFsAdapter } from "../../src/storage/local_fs/mod.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { StorageError } from "../../src/storage/storage_error.ts";
import { MaintenanceRunningError, purge, repair } from "../../src/upkeep/mod.ts";
import { keysOf, textOf } from "../helpers/dataset_check.ts";
import { at, put } from "../helpers/dataset_files.ts";
import { startScript } from "../helpers/deno.ts";
import { dyingAt } from "../helpers/dying_storage.ts";
import { linesOf } from "../helpers/lines.ts";
import { STORES } from "../helpers/stores.ts";
import { TempDir } from "../helpers/temp_dir.ts";

const GONE = "ada@example";

async function fill(storage: StorageAdapter): Promise<void> {
  await using other = new CSVLogger({ storage, verbose: false });
  await other.setup(["text"], "f");
  await other.flag(["version 1"], "good", GONE);
  await other.flag(["version 1"], "good", "bob");
  const options = { storage, flaggingDir: "f", sampleId: true, maxPartBytes: 400 };
  const logger = createLogger({ text: value<string>(), picture: file() }, options);
  for (let i = 0; i < 12; i++) {
    const username = i % 3 === 0 ? GONE : "lin";
    const picture = new File([`pixels of ${username}`], "a.png");
    await logger.flag({ text: `"${i}"\n${username}`, picture }, { username, id: `id-${i}` });
  }
  await put(storage, { "f/dataset2.csv.torn-0123abcd": `half a row,good,${GONE}` });
  const verdicts = "rowId,flag,username,timestamp\r\n";
  const ids =
    (await Array.fromAsync((await openDataset(storage, "f")).rows({ onDamage: () => {} })))
      .map(({ rowId }) => rowId);
  await put(storage, {
    "f/verdicts/dataset1.csv":
      `${verdicts}${ids[0]},confirmed,bob,${at(1)}\r\n${ids[1]},confirmed,bob,${at(2)}\r\n` +
      `${ids[1]},rejected,${GONE},${at(3)}\r\n`,
  });
}

/** All bytes of a storage that have a text, by their keys. */
async function keysWith(storage: StorageAdapter, text: string): Promise<string[]> {
  const keys = await keysOf(storage);
  const texts = await Promise.all(keys.map((key) => textOf(storage, key)));
  return keys.filter((key, i) => texts[i]!.includes(text) || key.includes(text));
}

async function seeOthers(storage: StorageAdapter, context: string): Promise<void> {
  const dataset = await openDataset(storage, "f");
  const rows = await Array.fromAsync(dataset.rows());
  const texts = rows.map(({ values }) => values.text);
  const expected = [1, 2, 4, 5, 7, 8, 10, 11].map((i) => `"${i}"\nlin`);
  assertEquals(texts, ["version 1", ...expected], context);
  for (const row of rows.slice(1)) assertEquals((await row.files()).length, 1, context);
}

for (const [name, store] of Object.entries(STORES)) {
  Deno.test(`purge() leaves no byte of the person, and all of the others: ${name}`, async () => {
    await using there = store();
    const { storage } = there;
    await fill(storage);
    const before = await keysOf(storage);
    const planned = await purge(storage, "f", { username: GONE });
    assertEquals(await keysOf(storage), before);
    assertEquals(planned.files.length, 4);
    assertEquals(Object.values(planned.rows).reduce((sum, count) => sum + count, 0), 5 + 2);
    const done = await purge(storage, "f", { username: GONE }, { apply: true });
    assertEquals(await keysWith(storage, GONE), []);
    assertEquals([done.files.length, done.asides], [4, ["f/dataset2.csv.torn-0123abcd"]]);
    assert(done.unreachable.length > 0);
    await seeOthers(storage, name);
    assertEquals((await textOf(storage, "f/verdicts/dataset1.csv")).split("\r\n").length, 3);
    const again = await purge(storage, "f", { username: GONE }, { apply: true });
    assertEquals([again.rows, again.files], [{}, []]);
    // Loggers go on, also with ids, in files that became shorter.
    const options = { storage, flaggingDir: "f", sampleId: true, maxPartBytes: 400 };
    const logger = createLogger({ text: value<string>(), picture: file() }, options);
    await logger.flag({ text: "new", picture: null }, { id: "id-1" });
    await logger.flag({ text: "new", picture: null }, { id: "id-99" });
    const texts = await Array.fromAsync(
      (await openDataset(storage, "f", { files: ["dataset2.csv"] })).rows(),
    );
    assertEquals(texts.map(({ values }) => values.text).filter((text) => text === "new").length, 1);
  });
}

Deno.test("purge() removes one row by its rowId or its id, and keeps a file that another row names", async () => {
  const storage = new MemoryAdapter();
  const path = "picture/0123456789abcdef0123/a.png";
  const row = (id: string, n: number) => `${path},${id},${at(n)}\r\n`;
  await put(storage, {
    "f/dataset1.csv": `picture,id,timestamp\r\n${row("one", 1)}${row("two", 2)}${row("three", 3)}`,
    [`f/${path}`]: "x",
  });
  const [first] = await Array.fromAsync((await openDataset(storage, "f")).rows());
  await purge(storage, "f", { rowId: first!.rowId }, { apply: true });
  await purge(storage, "f", { id: "two" }, { apply: true });
  assertEquals(
    await textOf(storage, "f/dataset1.csv"),
    `picture,id,timestamp\r\n${row("three", 3)}`,
  );
  assert((await keysOf(storage)).includes(`f/${path}`));
  await purge(storage, "f", { id: "three" }, { apply: true });
  assertEquals(await textOf(storage, "f/dataset1.csv"), "picture,id,timestamp\r\n");
  assertEquals(await keysOf(storage), ["f/dataset1.csv"]);
  await assertRejects(() => purge(storage, "f", { id: "" }), TypeError);
});

Deno.test("purge() removes rows of a file in single quotes, also those with line breaks", async () => {
  const storage = new MemoryAdapter();
  const header = "'note','username','timestamp'\n";
  const row = (note: string, username: string) => `'${note}','${username}','2022-05-01 10:00:00'\n`;
  const [a, b, c] = [row('one\n"two', GONE), row("it''s\nfine", "bob"), row('"', GONE)];
  await put(storage, { "f/log.csv": header + a + b + c });
  await purge(storage, "f", { username: GONE }, { apply: true });
  assertEquals(await textOf(storage, "f/log.csv"), header + b);
});

Deno.test("purge() can be repeated after it was killed at any call", async () => {
  for (const [name, store] of Object.entries(STORES)) {
    if (name === "append, no cut") continue; // as the first one
    for (const after of [false, true]) {
      for (let n = 1;; n += name === "local disk" ? 7 : 3) {
        await using there = store();
        await fill(there.storage);
        const dying = dyingAt(there.storage, n, { after });
        await purge(dying.storage, "f", { username: GONE }, { apply: true }).catch(() => {});
        await there.storage.delete("f/maintenance.lock"); // of the killed process
        await purge(there.storage, "f", { username: GONE }, { apply: true });
        assertEquals(await keysWith(there.storage, GONE), [], `${name}, call ${n}`);
        await seeOthers(there.storage, `${name}, call ${n}`);
        if (!dying.isDead()) break;
      }
    }
  }
});

Deno.test("purge() refuses a store without compare-and-swap, and a second maintenance", async () => {
  const storage = new MemoryAdapter({
    capabilities: { append: "none", swap: "none", create: "none" },
  });
  await using logger = new CSVLogger({ storage, verbose: false, segments: true });
  await logger.setup(["a"], "f");
  await logger.flag(["x"], "good", GONE);
  const error = await assertRejects(
    () => purge(storage, "f", { username: GONE }, { apply: true }),
    StorageError,
  );
  assertEquals(error.code, "Unsupported");
  const held = new MemoryAdapter();
  await fill(held);
  const lock = { owner: "other", since: Date.now(), renewed: Date.now() };
  await put(held, { "f/maintenance.lock": JSON.stringify(lock) });
  await assertRejects(
    () => purge(held, "f", { username: GONE }, { apply: true }),
    MaintenanceRunningError,
    'delete "f/maintenance.lock" if its process is gone',
  );
  await assertRejects(() => repair(held, "f", { apply: true }), MaintenanceRunningError);
  await put(held, {
    "f/maintenance.lock": JSON.stringify({ ...lock, renewed: Date.now() - 700_000 }),
  });
  await purge(held, "f", { username: GONE }, { apply: true }); // a killed process held it
  assertEquals((await keysOf(held)).includes("f/maintenance.lock"), false);
});

Deno.test("purge() and repair() lose no row of writers that go on", async () => {
  await using dir = new TempDir();
  const storage = new LocalFsAdapter({ root: dir.path });
  const script = new URL("../helpers/flag_persons.ts", import.meta.url);
  const writers = Array.from({ length: 3 }, (_, i) => {
    const child = startScript(script, { args: [dir.path, `${i}`] });
    const acknowledged: string[] = [];
    const reading = (async () => {
      for await (const line of linesOf(child.stdout)) acknowledged.push(line);
    })();
    return { child, acknowledged, reading };
  });
  const until = () => Math.min(...writers.map(({ acknowledged }) => acknowledged.length));
  try {
    for (let round = 0; round < 4; round++) {
      const least = until() + 20;
      while (until() < least) await new Promise((done) => setTimeout(done, 5));
      await purge(storage, "", { username: "gone" }, { apply: true });
      await repair(storage, "", { apply: true });
    }
  } finally {
    for (const { child } of writers) child.kill("SIGKILL");
    await Promise.all(
      writers.map(({ reading, child }) =>
        Promise.all([reading, child.stderr.cancel(), child.status])
      ),
    );
  }
  await repair(storage, "", { apply: true });
  await purge(storage, "", { username: "gone" }, { apply: true });
  const rows = await Array.fromAsync((await openDataset(storage, "")).rows());
  const texts = rows.map(({ values }) => values.text!);
  assertEquals(new Set(texts).size, texts.length, "a row is there twice");
  assertEquals(rows.filter(({ values }) => values.username === "gone"), []);
  const kept = writers.flatMap(({ acknowledged }) => acknowledged).filter((text) =>
    !text.startsWith("gone")
  );
  const found = new Set(texts);
  assertEquals(kept.filter((text) => !found.has(text)), []);
});
