import { assert, assertEquals } from "@std/assert";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import { readDataset } from "../../src/reader/mod.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { instead } from "../helpers/stores.ts";

const CHUNK_BYTES = 4 * 1024;
const ATTEMPTS = 5;
const FACTOR = 8;

/** Returns a storage that delivers each object in small chunks. */
function inChunks(memory: MemoryAdapter): StorageAdapter {
  return instead(memory, {
    async read(key, options) {
      const found = await memory.read(key, options);
      if (found === null) return null;
      const bytes = new Uint8Array(await new Response(found.body).arrayBuffer());
      let at = 0;
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          if (at >= bytes.length) return controller.close();
          controller.enqueue(bytes.slice(at, at += CHUNK_BYTES));
        },
      });
      return { ...found, body };
    },
  });
}

/** Returns a storage with a dataset of one cell of this length. */
async function withCell(length: number): Promise<StorageAdapter> {
  const memory = new MemoryAdapter();
  await using logger = new CSVLogger({ storage: memory, verbose: false, sampleId: true });
  await logger.setup(["text"], "");
  await logger.flag(["x,".repeat(length / 2)]);
  return inChunks(memory);
}

async function read(storage: StorageAdapter, length: number): Promise<void> {
  const rows = await Array.fromAsync(readDataset(storage, "dataset1.csv"));
  assertEquals(rows.map(({ text }) => text?.length), [length]);
}

/** Opens the dataset with ids, for which a logger reads the file, and flags a sample. */
async function open(storage: StorageAdapter): Promise<void> {
  await using logger = new CSVLogger({ storage, verbose: false, sampleId: true });
  await logger.setup(["text"], "");
  assertEquals(await logger.flag(["y"]), 2);
}

const LENGTH = 1024 * 1024;
const TRIALS: Readonly<Record<string, (storage: StorageAdapter, length: number) => Promise<void>>> =
  {
    "readDataset() reads": read,
    "CSVLogger with sampleId opens": open,
  };

for (const [what, trial] of Object.entries(TRIALS)) {
  Deno.test(`${what} a cell of ${FACTOR} times the length in less than ${2 * FACTOR} times the time`, async () => {
    async function took(length: number): Promise<number> {
      const storage = await withCell(length);
      const start = performance.now();
      await trial(storage, length);
      return performance.now() - start;
    }
    // A loaded machine can delay one attempt; work that grows with the square delays all of them.
    const ratios: number[] = [];
    while (ratios.length < ATTEMPTS && !ratios.some((ratio) => ratio < 2 * FACTOR)) {
      const short = await took(LENGTH);
      ratios.push(await took(FACTOR * LENGTH) / short);
    }
    assert(Math.min(...ratios) < 2 * FACTOR, `${ratios}`);
  });
}
