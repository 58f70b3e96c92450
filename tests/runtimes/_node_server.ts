// deno-lint-ignore-file no-console no-import-prefix -- a script that reports to the test that started it
// Serves the endpoint of the matrix with Node.js, and prints its URL.
import { serve } from "npm:@hono/node-server@^1.19.0";
import { MemoryAdapter } from "@flagstone/flagging";
import { handlerOn } from "../helpers/feedback_handler.ts";

const handler = handlerOn(new MemoryAdapter());
const options = {
  fetch: (request: Request) => handler(request),
  hostname: "127.0.0.1",
  port: 0,
};
serve(options, ({ port }) => console.log(`http://127.0.0.1:${port}`));
