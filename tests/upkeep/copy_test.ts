import { assertEquals } from "@std/assert";
import { file } from "../../src/components/file.ts";
import { value } from "../../src/components/value.ts";
import { createLogger } from "../../src/loggers/create_logger.ts";
import { openDataset } from "../../src/reader/mod.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { check, copy } from "../../src/upkeep/mod.ts";
import { keysOf, textOf } from "../helpers/dataset_check.ts";
import { put } from "../helpers/dataset_files.ts";
import { dyingAt } from "../helpers/dying_storage.ts";
import { STORES } from "../helpers/stores.ts";

async function fill(storage: StorageAdapter, from: number, to: number): Promise<void> {
  const options = { storage, flaggingDir: "f", maxPartBytes: 300 };
  const logger = createLogger({ text: value(), picture: file() }, options);
  for (let i = from; i < to; i++) {
    await logger.flag({ text: i, picture: new File([`${i}`], "a.png") });
  }
}

const place = (storage: StorageAdapter, directory = "f") => ({ storage, directory });

async function run(from: StorageAdapter, to: StorageAdapter, apply = true): Promise<string[]> {
  const found = await Array.fromAsync(copy(place(from), place(to, "g"), { apply }));
  return [...new Set(found.map(({ status }) => status))].sort();
}

async function differences(
  from: StorageAdapter,
  to: StorageAdapter,
  options = {},
): Promise<string[]> {
  const found = await Array.fromAsync(
    check(place(from), place(to, "g"), { download: true, ...options }),
  );
  return found.map(({ status }) => status).filter((status) => status !== "=");
}

for (const [name, store] of Object.entries(STORES)) {
  Deno.test(`copy() copies what is missing, continues what grew, and check() agrees: ${name}`, async () => {
    await using a = store();
    await using b = store();
    await fill(a.storage, 0, 6);
    assertEquals(await run(a.storage, b.storage, false), ["copied"]);
    assertEquals(await keysOf(b.storage), []);
    assertEquals(await run(a.storage, b.storage), ["copied"]);
    assertEquals(await differences(a.storage, b.storage), []);
    await fill(a.storage, 6, 9);
    assertEquals((await differences(a.storage, b.storage)).includes("+"), true);
    await run(a.storage, b.storage);
    assertEquals(await differences(a.storage, b.storage), []);
    assertEquals(await run(a.storage, b.storage), ["same"]);
    const rows = await Array.fromAsync((await openDataset(b.storage, "g")).rows());
    assertEquals(rows.map(({ values }) => values.text), [
      "0",
      "1",
      "2",
      "3",
      "4",
      "5",
      "6",
      "7",
      "8",
    ]);
    for (const row of rows) assertEquals((await row.files()).length, 1);
  });
}

Deno.test("copy() can be repeated after it was killed at any call, and a row never lacks its file", async () => {
  for (const after of [false, true]) {
    for (let n = 1;; n++) {
      const [a, b] = [new MemoryAdapter(), new MemoryAdapter()];
      await fill(a, 0, 3);
      const dying = dyingAt(b, n, { after });
      await run(a, dying.storage).catch(() => {});
      if (await b.stat("g/dataset1.csv") !== null) {
        const rows = await Array.fromAsync((await openDataset(b, "g")).rows());
        for (const row of rows) assertEquals((await row.files()).length, 1, `call ${n}`);
      }
      await b.delete("g/maintenance.lock"); // of the killed process
      await run(a, b);
      assertEquals(await differences(a, b), [], `call ${n}`);
      if (!dying.isDead()) break;
    }
  }
});

Deno.test("copy() leaves what differs as it is, and check() says which", async () => {
  const [a, b] = [new MemoryAdapter(), new MemoryAdapter()];
  await put(a, { "f/dataset1.csv": "a,timestamp\r\n1,T\r\n", "f/dataset2.csv": "a,timestamp\r\n" });
  await put(b, { "g/dataset1.csv": "a,timestamp\r\n2,T\r\n", "g/own.txt": "x" });
  assertEquals(await run(a, b), ["copied", "different"]);
  assertEquals(await textOf(b, "g/dataset1.csv"), "a,timestamp\r\n2,T\r\n");
  assertEquals(await differences(a, b), ["*", "-"]);
  assertEquals(await differences(a, b, { oneWay: true }), ["*"]);
  assertEquals(await differences(a, b, { download: false }), ["-"]);
});
