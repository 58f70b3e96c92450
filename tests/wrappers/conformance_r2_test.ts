import { S3Adapter } from "../../src/storage/s3/mod.ts";
import { conformance } from "../../src/testing/mod.ts";
import { tellExactMemory } from "../helpers/exact_memory.ts";
import { R2Server } from "../helpers/r2_server.ts";
import { WRAPPINGS } from "../helpers/wrappings.ts";

// The suite has done its worst to the adapter alone; here it is the wrappers that are on trial.
const SETTINGS = { overwrites: 200, increments: 5, operations: 100, streamBytes: 16 * 1024 * 1024 };
const STEPS = 110; // no wrapper takes more buckets

tellExactMemory();
const server = await R2Server.start(Object.keys(WRAPPINGS).length * STEPS);
Deno.test.afterAll(() => server[Symbol.asyncDispose]());

for (const [name, { wrap, test }] of Object.entries(WRAPPINGS)) {
  conformance(`${name} keeps the contract over S3Adapter on R2`, () => {
    const options = server.takeBucket();
    const open = () => wrap(new S3Adapter(options));
    return { adapter: open(), second: open };
  }, { ...SETTINGS, test });
}
