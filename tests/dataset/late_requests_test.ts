import { assertEquals, assertRejects } from "@std/assert";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import { SimpleCSVLogger } from "../../src/loggers/simple_csv_logger.ts";
import { readDataset } from "../../src/reader/mod.ts";
import { MemoryAdapter, type MemoryAdapterOptions } from "../../src/storage/memory_adapter.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { StorageError } from "../../src/storage/storage_error.ts";
import { keysOf, textOf } from "../helpers/dataset_check.ts";
import { instead } from "../helpers/stores.ts";

const KEY = "dataset1.csv";
const RETRY = { times: 5, delayMs: 1 };

const STORES: Readonly<Record<string, MemoryAdapterOptions>> = {
  "append, versions by content": { capabilities: { versions: "content" } },
  "append, unique versions": {},
  "rewrite, versions by content": { capabilities: { append: "none", versions: "content" } },
  "rewrite, unique versions": { capabilities: { append: "none" } },
};

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function connectionLost(): StorageError {
  const options = { code: "Unavailable", adapter: "memory", outcome: "unknown" } as const;
  return new StorageError("lost", options);
}

/** A store that holds one mutation of the dataset back, as if its connection were lost. */
class DelayingStore {
  readonly base: MemoryAdapter;
  readonly storage: StorageAdapter;
  /** Called in place of the mutation that is held back. */
  onHold: (() => Promise<void>) | undefined;
  /** Called after each later mutation of the dataset. */
  onMutation: (() => Promise<void>) | undefined;
  #late: (() => Promise<unknown>) | undefined;

  constructor(options: MemoryAdapterOptions) {
    const base = new MemoryAdapter(options);
    this.base = base;
    this.storage = instead(base, {
      write: (key, body, options) => {
        const bytes = body instanceof Uint8Array ? body.slice() : null;
        return this.#pass(key, () => base.write(key, bytes ?? body, options));
      },
      ...(base.append && {
        append: (key, bytes, options) => {
          const copy = bytes.slice();
          return this.#pass(key, () => base.append!(key, copy, options));
        },
      }),
    });
  }

  /** Delivers the request that was held back. Returns whether the store accepted it. */
  async deliver(): Promise<boolean> {
    const late = this.#late;
    this.#late = undefined;
    return await late?.().then(() => true, () => false) ?? false;
  }

  async #pass<T>(key: string, send: () => Promise<T>): Promise<T> {
    const { onHold } = this;
    if (key !== KEY || onHold === undefined) {
      const result = await send();
      if (key === KEY) await this.onMutation?.();
      return result;
    }
    this.onHold = undefined;
    this.#late = send;
    await onHold();
    throw connectionLost();
  }
}

async function loggerOver(storage: StorageAdapter, labels = ["q"]): Promise<CSVLogger> {
  const logger = new CSVLogger({ storage, verbose: false, retry: RETRY });
  await logger.setup(labels, "");
  return logger;
}

async function textsIn(storage: StorageAdapter, key = KEY): Promise<(string | undefined)[]> {
  return await Array.fromAsync(readDataset(storage, key), ({ q }) => q);
}

for (const [name, options] of Object.entries(STORES)) {
  Deno.test(`a row is stored once when its request arrives after a torn row was set aside, ${name}`, async () => {
    const store = new DelayingStore(options);
    await using logger = await loggerOver(store.storage);
    await logger.flag(["first"]);
    store.onHold = async () => {
      await store.base.write(KEY, encode(await textOf(store.base, KEY) + "half a ro"));
      store.onMutation = async () => void await store.deliver();
    };
    assertEquals(await logger.flag(["second"]), 2);
    assertEquals(await textsIn(store.base), ["first", "second"]);
    const aside = (await keysOf(store.base)).filter((key) => key.includes(".torn-"));
    assertEquals(await Promise.all(aside.map((key) => textOf(store.base, key))), ["half a ro"]);
  });

  Deno.test(`a row is in one file when its creation arrives after another file was created and deleted, ${name}`, async () => {
    const store = new DelayingStore(options);
    await using logger = await loggerOver(store.storage);
    store.onHold = async () => {
      await store.base.write(KEY, encode("other,timestamp\r\nx,y\r\n"));
    };
    const error = await assertRejects(() => logger.flag(["only once"]), StorageError);
    assertEquals(error.outcome, "unknown"); // it cannot be in another file now
    await store.base.delete(KEY);
    assertEquals(await store.deliver(), true);
    assertEquals(await textsIn(store.base), ["only once"]);
    assertEquals(await keysOf(store.base), [KEY]);
  });
}

Deno.test("the next sample goes to another file after a creation whose end is unknown", async () => {
  const store = new DelayingStore({});
  await using logger = await loggerOver(store.storage);
  store.onHold = async () => {
    await store.base.write(KEY, encode("other,timestamp\r\nx,y\r\n"));
  };
  await assertRejects(() => logger.flag(["unknown"]), StorageError);
  assertEquals(await logger.flag(["next"]), 1);
  assertEquals(await textsIn(store.base, "dataset2.csv"), ["next"]);
});

Deno.test("SimpleCSVLogger keeps a row that equals another writer's when its answer was lost", async () => {
  const base = new MemoryAdapter({ capabilities: { append: "none" } });
  let isLost = false;
  const storage = instead(base, {
    async write(key, body, options) {
      if (!isLost) return await base.write(key, body, options);
      isLost = false;
      await other.flag(["yes"]); // is first; the request that is lost never arrives
      throw connectionLost();
    },
  });
  await using other = new SimpleCSVLogger({ storage: base });
  await using logger = new SimpleCSVLogger({ storage, retry: RETRY });
  for (const one of [other, logger]) await one.setup(["answer"], "");
  await logger.flag(["no"]);
  isLost = true;
  assertEquals(await logger.flag(["yes"]), 3);
  assertEquals(await textOf(base, "log.csv"), "no\r\nyes\r\nyes\r\n");
});
