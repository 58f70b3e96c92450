import { conformance } from "../../../src/testing/mod.ts";
import { tellExactMemory } from "../../helpers/exact_memory.ts";
import { R2Server } from "../../helpers/r2_server.ts";
import { s3Store } from "../../helpers/s3_store.ts";

tellExactMemory();
const server = await R2Server.start();
Deno.test.afterAll(() => server[Symbol.asyncDispose]());

conformance("S3Adapter keeps the contract over R2's S3 endpoint", () => {
  return s3Store(server.takeBucket());
}, { increments: 20 });
