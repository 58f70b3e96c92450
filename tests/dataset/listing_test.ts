import { assert, assertEquals, assertLess } from "@std/assert";
import { file } from "../../src/components/file.ts";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import { readDataset } from "../../src/reader/mod.ts";
import { LocalFsAdapter } from "../../src/storage/local_fs/mod.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { keysOf } from "../helpers/dataset_check.ts";
import { stubS3, xml } from "../helpers/s3_stub.ts";
import { instead, STORES } from "../helpers/stores.ts";
import { TempDir } from "../helpers/temp_dir.ts";

const FILES = 2500; // of samples, below a label
const MOST_LISTED = 300; // entries, of all listings of a first sample
const LABELS = [
  "dataset",
  "dataset images",
  "dataset-2",
  "dataset_x",
  "dataset1",
  "dataset1 old",
  "dataset2",
  "dataset1.csv",
  "dataset1.backup",
  "dataset12",
  "datasets",
];
const EMPTY = new Uint8Array();
const HEADER = new TextEncoder().encode("a,timestamp\r\n");

/** Counts the entries that are listed. */
function counted(base: StorageAdapter): { storage: StorageAdapter; listed: () => number } {
  let entries = 0;
  const storage = instead(base, {
    async *list(options) {
      for await (const entry of base.list(options)) {
        entries++;
        yield entry;
      }
    },
  });
  return { storage, listed: () => entries };
}

async function firstFlag(storage: StorageAdapter): Promise<string | null> {
  await using logger = new CSVLogger({ storage, verbose: false, probe: false });
  await logger.setup(["a"], "");
  await logger.flag(["1"]);
  return logger.datasetFile;
}

const fileKey = (label: string, n: number): string =>
  `${label}/${String(n).padStart(20, "0")}/x.png`;

for (const label of LABELS) {
  Deno.test(`CSVLogger finds its file without listing the files of the label ${label}`, async () => {
    for (const append of ["process", "none"] as const) {
      const base = new MemoryAdapter({ capabilities: { append } });
      const isLast = label === "dataset1.backup"; // it has the prefix of parts, too
      const numbers = isLast ? [1] : [1, 2, 10];
      for (const number of numbers) await base.write(`dataset${number}.csv`, HEADER);
      for (let n = 0; n < FILES; n++) await base.write(fileKey(label, n), EMPTY);
      const { storage, listed } = counted(base);
      assertEquals(await firstFlag(storage), `dataset${numbers.at(-1)}.csv`);
      assertLess(listed(), MOST_LISTED);
    }
  });
}

Deno.test("CSVLogger finds its file among the files of many labels, also if it comes after them", async () => {
  for (const make of Object.values(STORES)) {
    for (const numbers of [[], [1], [3], [1, 2, 15], [12]]) {
      await using store = make();
      for (const number of numbers) await store.storage.write(`dataset${number}.csv`, HEADER);
      for (const label of ["dataset1 old", "dataset12-x", "dataset3", "dataset3.a", "dataset4"]) {
        for (let n = 0; n < 60; n++) await store.storage.write(fileKey(label, n), EMPTY);
      }
      assertEquals(await firstFlag(store.storage), `dataset${numbers.at(-1) ?? 1}.csv`);
    }
  }
});

Deno.test("CSVLogger finds its dataset on the disk although a label has many files", async () => {
  await using dir = new TempDir();
  const logger = new CSVLogger({ verbose: false });
  await logger.setup([file("dataset")], dir.path);
  for (let n = 0; n < 20; n++) await logger.flag([new File(["x"], "x.txt")]);
  const { storage, listed } = counted(new LocalFsAdapter({ root: dir.path }));
  assertEquals(await firstFlag(storage), "dataset2.csv");
  assertLess(listed(), 5);
});

/** A service that lists these keys, and whose objects are all empty or missing. */
function listingS3(keys: readonly string[]): { storage: StorageAdapter; pages: () => number } {
  let pages = 0;
  const { adapter } = stubS3(({ method, url }) => {
    const query = url.searchParams;
    if (query.get("list-type") === null) {
      return method === "PUT"
        ? new Response(null, { headers: { etag: '"1"' } })
        : xml(404, "<Error><Code>NoSuchKey</Code></Error>");
    }
    pages++;
    const prefix = query.get("prefix") ?? "";
    const after = query.get("continuation-token") ?? query.get("start-after") ?? "";
    const rest = keys.filter((key) => key.startsWith(prefix) && key > after);
    const page = rest.slice(0, Number(query.get("max-keys") ?? 1000));
    const isTruncated = page.length < rest.length;
    const contents = page.map((key) =>
      `<Contents><Key>${key}</Key><Size>0</Size><ETag>"1"</ETag></Contents>`
    );
    const token = `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>`;
    return xml(
      200,
      `<ListBucketResult><IsTruncated>${isTruncated}</IsTruncated>${contents.join("")}` +
        `${isTruncated ? token : ""}</ListBucketResult>`,
    );
  });
  return { storage: adapter, pages: () => pages };
}

Deno.test("CSVLogger lists one page for its number on S3, and one for its parts, despite many files", async () => {
  const segments = Array.from(
    { length: FILES },
    (_, n) => `dataset1.w0123456789ab.${n + 2}.csv`,
  );
  for (const label of ["dataset", "dataset_x"]) {
    const keys = Array.from({ length: FILES }, (_, n) => fileKey(label, n));
    const { storage, pages } = listingS3(keys);
    assertEquals(await firstFlag(storage), "dataset1.csv");
    assertEquals(pages(), 2, label);
  }
  const { storage, pages } = listingS3([...segments].sort());
  assertEquals(await firstFlag(storage), "dataset1.csv");
  assert(pages() <= 6, `${pages()} pages`);
});

Deno.test("CSVLogger goes on in a dataset of which only later parts are left", async () => {
  const storage = new MemoryAdapter({ capabilities: { append: "none" } });
  const flag = async (label: string, text: string) => {
    await using logger = new CSVLogger({ storage, verbose: false, maxPartBytes: 60 });
    await logger.setup([label], "");
    return [await logger.flag([text]), logger.datasetFile];
  };
  for (let i = 1; i <= 3; i++) await flag("a", `${i}`);
  for (let i = 1; i <= 7; i++) assertEquals(await flag("b", `${i}`), [i, "dataset2.csv"]);
  const keys = (await keysOf(storage, "dataset2.")).filter((key) => key !== "dataset2.3.csv");
  for (const key of keys) await storage.delete(key);
  assertEquals(await flag("b", "8"), [6 + 1, "dataset2.csv"]);
  const rows = await Array.fromAsync(readDataset(storage, "dataset2.csv"));
  assertEquals(rows.at(-1)?.b, "8");
});
