// deno-lint-ignore-file no-console -- a script that reports to the test that started it
// Serves the endpoint of the matrix with Deno.serve(), and prints its URL. Ends when stdin closes.
import { MemoryAdapter } from "@flagstone/flagging";
import { handlerOn } from "../helpers/feedback_handler.ts";

const server = Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(`http://127.0.0.1:${port}`),
}, handlerOn(new MemoryAdapter()));
for await (const _ of Deno.stdin.readable);
await server.shutdown();
