import { assert, assertEquals } from "@std/assert";
import { NodeServer } from "../helpers/node.ts";
import { ServerProcess } from "../helpers/server_process.ts";
import { TestWorker } from "../helpers/worker.ts";
import { allCases } from "../helpers/feedback_matrix.ts";
import { playCase, rowsOf, type Send } from "../helpers/feedback_play.ts";

/** A server that runs the endpoint of the matrix. */
interface Running extends AsyncDisposable {
  readonly origin: string;
}

/** Sends a request over the network as it is: `fetch` would follow redirects and keep bodies open. */
const send: Send = async (request) => {
  const body = request.body === null ? null : await request.bytes();
  const { method, headers } = request;
  return await fetch(request.url, { method, headers, body, redirect: "manual" });
};

async function inDeno(): Promise<Running> {
  const process = await ServerProcess.start(new URL("_deno_server.ts", import.meta.url), []);
  return { origin: process.url, [Symbol.asyncDispose]: () => process[Symbol.asyncDispose]() };
}

async function inWorkerd(): Promise<Running> {
  const module = new URL("_worker.ts", import.meta.url);
  const worker = await TestWorker.start(module, { buckets: ["BUCKET"] });
  const { origin } = worker.url;
  return { origin, [Symbol.asyncDispose]: () => worker[Symbol.asyncDispose]() };
}

function inNode(): Promise<Running> {
  return NodeServer.start(new URL("_node_server.ts", import.meta.url));
}

for (const [name, start] of Object.entries({ Deno: inDeno, workerd: inWorkerd, Node: inNode })) {
  // The server's resources are not of a test.
  const options = { sanitizeOps: false, sanitizeResources: false };
  Deno.test(`the endpoint answers every request of the matrix in ${name}`, options, async (t) => {
    await using server = await start();
    const base = `${server.origin}/feedback`;
    for (const one of await allCases()) {
      await t.step(one.name, async () => {
        assertEquals(await playCase(send, base, one), one.rows ?? 0);
      });
    }
    assert((await rowsOf(send, base)).length > 30);
  });
}
