import { assertEquals, assertGreater } from "@std/assert";
import { readDataset } from "../../src/reader/mod.ts";
import { S3Adapter, type S3AdapterOptions } from "../../src/storage/s3/mod.ts";
import { CephCluster } from "../helpers/ceph_cluster.ts";
import { runScript } from "../helpers/deno.ts";

const WRITERS = 8;
const SECONDS = 30;
const KILLS_AFTER_MS = 8_000;
const WRITER = new URL("../helpers/s3_writer.ts", import.meta.url);

interface Told {
  readonly acknowledged: readonly string[];
  readonly unknown: readonly string[];
  readonly errors: readonly string[];
}

async function writer(
  options: S3AdapterOptions,
  endpoints: readonly string[],
  segments: boolean,
  number: number,
): Promise<Told> {
  const job = JSON.stringify({ options, endpoints, segments });
  const { stdout, stderr } = await runScript(WRITER, { args: [job, `${number}`, `${SECONDS}`] });
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout);
}

/** Counts each sample in the bucket; one whose cells are not whole fails the test. */
async function samplesIn(options: S3AdapterOptions): Promise<Map<string, number>> {
  const storage = new S3Adapter(options);
  const found = new Map<string, number>();
  for await (const row of readDataset(storage, "flagged/dataset1.csv")) {
    const id = row.id ?? "";
    assertEquals(row.text, `text of "${id}",\r\nin two lines`);
    assertEquals([row.flag, row.username], ["wrong", id.split("-")[0]]);
    found.set(id, (found.get(id) ?? 0) + 1);
  }
  return found;
}

for (const segments of [false, true]) {
  const way = segments ? "segments" : "one dataset";
  Deno.test(`CSVLogger loses nothing while a gateway and a disk are killed: ${way}`, async () => {
    await using cluster = await CephCluster.start();
    const [options] = await cluster.makeBucket();
    const writing = Promise.all(
      Array.from({ length: WRITERS }, (_, n) => writer(options, cluster.endpoints, segments, n)),
    );
    await new Promise((done) => setTimeout(done, KILLS_AFTER_MS));
    await cluster.kill("gateway1");
    await cluster.kill("osd2");
    const told = await writing;
    const acknowledged = told.flatMap((one) => one.acknowledged);
    const unknown = new Set(told.flatMap((one) => one.unknown));
    assertGreater(acknowledged.length, WRITERS * 5);

    const found = await samplesIn(options);
    const lost = acknowledged.filter((id) => !found.has(id));
    const doubled = [...found].filter(([, times]) => times > 1);
    const strangers = [...found.keys()].filter((id) => {
      return !unknown.has(id) && !acknowledged.includes(id);
    });
    const said = told.flatMap(({ errors }) => errors).join("\n");
    assertEquals({ lost, doubled, strangers }, { lost: [], doubled: [], strangers: [] }, said);
  });
}
