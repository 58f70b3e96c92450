// Feedback in a server of Node.js, saved to a bucket. Set TOKEN and the variables of S3Adapter.fromEnv().
//
//   npx jsr add @flagstone/flagging && npm install @hono/node-server
// deno-lint-ignore-file no-console no-import-prefix -- a server that says where it is
import { serve } from "npm:@hono/node-server@^1.19.0";
import { value } from "@flagstone/flagging";
import { bearer, createFeedback } from "@flagstone/flagging/http";
import { S3Adapter } from "@flagstone/flagging/s3";

const { TOKEN = "", PORT = "8000" } = globalThis.process.env;
const feedback = createFeedback({
  components: { question: value<string>(), answer: value<string>() },
  storage: S3Adapter.fromEnv(),
  options: ["good", "bad"],
  read: bearer(TOKEN),
});

const options = { fetch: (request: Request) => feedback(request), port: Number(PORT) };
serve(options, ({ port }) => console.log(`http://localhost:${port}/feedback`));
