import { assertEquals } from "@std/assert";
import { S3Adapter } from "../../src/storage/s3/mod.ts";
import { CephCluster } from "../helpers/ceph_cluster.ts";
import {
  AWKWARD_KEYS,
  checkConfiguration,
  checkKeys,
  checkLeftovers,
  checkMetadata,
} from "../helpers/s3_checks.ts";

const cluster = await CephCluster.start();
Deno.test.afterAll(() => cluster[Symbol.asyncDispose]());

const BODY = new TextEncoder().encode("body");

async function makeBucket() {
  const [options] = await cluster.makeBucket();
  return options;
}

Deno.test("S3Adapter on Ceph names the wrong part of its configuration", async () => {
  await checkConfiguration(await makeBucket());
});

Deno.test("S3Adapter on Ceph reaches an object of every awkward key", async () => {
  await checkKeys(await makeBucket(), [...AWKWARD_KEYS, "\u2028", "\u2029a"]);
});

Deno.test("S3Adapter on Ceph keeps metadata of any kind, in one request or in parts", async () => {
  await checkMetadata(await makeBucket());
});

Deno.test("S3Adapter on Ceph leaves nothing of an upload that failed", async () => {
  await checkLeftovers(await makeBucket());
});

Deno.test("S3Adapter on Ceph knows the losers of a race, and none of them is stored", async () => {
  const adapters = (await cluster.makeBucket()).map((options) => new S3Adapter(options));
  for (let round = 0; round < 20; round++) {
    const { version } = await adapters[0]!.write("a", BODY);
    const results = await Promise.allSettled(Array.from({ length: 8 }, (_, i) => {
      const body = new TextEncoder().encode(`racer ${i}`);
      return adapters[i % 2]!.write("a", body, { precondition: { version } });
    }));
    const won = results.findIndex(({ status }) => status === "fulfilled");
    for (const [i, result] of results.entries()) {
      if (result.status === "fulfilled") assertEquals(i, won);
      else assertEquals([result.reason.code, result.reason.outcome], ["Conflict", "not-applied"]);
    }
    const found = await adapters[1]!.read("a");
    assertEquals(await new Response(found?.body).text(), `racer ${won}`);
  }
});
