// Feedback in an app with Hono, next to its other routes. Set TOKEN for reading the dataset.
//
//   deno run -N -E=TOKEN -R=flagged -W=flagged hono.ts
// deno-lint-ignore no-import-prefix -- only this example needs it
import { Hono } from "npm:hono@^4.10.0";
import { value } from "@flagstone/flagging";
import { bearer, createFeedback } from "@flagstone/flagging/http";

const feedback = createFeedback({
  components: { question: value<string>(), answer: value<string>() },
  options: ["good", "bad"],
  read: bearer(Deno.env.get("TOKEN") ?? ""),
});

const app = new Hono();
app.all("/feedback/*", (context) => feedback(context.req.raw));

Deno.serve(app.fetch);
