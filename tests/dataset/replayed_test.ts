import { assertEquals, assertGreater } from "@std/assert";
import { DatasetLog } from "../../src/dataset/log/dataset_log.ts";
import type { WriteMode } from "../../src/dataset/log/write_mode.ts";
import { readRecords } from "../../src/reader/mod.ts";
import { MemoryAdapter, type MemoryAdapterOptions } from "../../src/storage/memory_adapter.ts";
import type { ObjectInfo, StorageAdapter } from "../../src/storage/storage_adapter.ts";

const ROWS = 30;
const REPLAY_EVERY = 3;
const RETRY = { times: 10, delayMs: 1, budgetMs: 5000 };

const STORES: readonly (readonly [name: string, mode: WriteMode, options: MemoryAdapterOptions])[] =
  [
    ["append", "append", {}],
    ["rewrite, versions by content", "rewrite", {
      capabilities: { append: "none", versions: "content" },
    }],
    ["rewrite, unique versions", "rewrite", {
      capabilities: { append: "none", versions: "unique" },
    }],
  ];

/** Adapters of one store. Each sends some requests twice, as a proxy does, and returns the second answer. */
class ReplayingStore {
  readonly memory: MemoryAdapter;
  replayed = 0;
  #requests = 0;

  constructor(options: MemoryAdapterOptions) {
    this.memory = new MemoryAdapter(options);
  }

  open(): StorageAdapter {
    const { memory } = this;
    return {
      name: memory.name,
      capabilities: memory.capabilities,
      stat: (key, options) => memory.stat(key, options),
      read: (key, options) => memory.read(key, options),
      list: (options) => memory.list(options),
      delete: (key, options) => memory.delete(key, options),
      write: (key, body, options) => this.#send(() => memory.write(key, body, options)),
      append: (key, bytes, options) => this.#send(() => memory.append!(key, bytes, options)),
    };
  }

  async #send(request: () => Promise<ObjectInfo>): Promise<ObjectInfo> {
    const info = await request();
    if (++this.#requests % REPLAY_EVERY !== 0) return info;
    this.replayed++;
    return await request();
  }
}

for (const [name, mode, options] of STORES) {
  Deno.test(`DatasetLog.append() stores a row once when its request is replayed, mode ${name}`, async () => {
    const store = new ReplayingStore(options);
    const log = new DatasetLog(store.open(), "a.csv", { uniqueRows: true, retry: RETRY });
    assertEquals(log.writeMode, mode);
    log.claim(["id"]);
    const ids = Array.from({ length: ROWS }, (_, i) => `row ${i}`);
    for (const [i, id] of ids.entries()) assertEquals(await log.append([id]), i + 1);
    assertEquals(store.replayed, ROWS / REPLAY_EVERY);
    const rows = await Array.fromAsync(readRecords(store.memory, "a.csv"));
    assertEquals(rows, [["id"], ...ids.map((id) => [id])]);
  });

  Deno.test(`DatasetLog.append() stores rows of two writers once when requests are replayed, mode ${name}`, async () => {
    const store = new ReplayingStore(options);
    const settings = { uniqueRows: true, retry: RETRY };
    const logs = [1, 2].map(() => new DatasetLog(store.open(), "a.csv", settings));
    for (const log of logs) log.claim(["id"]);
    const ids = Array.from({ length: ROWS }, (_, i) => `row ${i}`);
    for (let i = 0; i < ROWS; i += 2) {
      await Promise.all(logs.map((log, n) => log.append([ids[i + n]!])));
    }
    assertGreater(store.replayed, 5); // a run without replays proves nothing
    const [header, ...rows] = await Array.fromAsync(readRecords(store.memory, "a.csv"));
    assertEquals(header, ["id"]);
    assertEquals(rows.map(([id]) => id).sort(), ids.toSorted());
  });
}
