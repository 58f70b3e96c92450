// The feedback endpoint as a Supabase Edge Function: supabase/functions/feedback/index.ts, with
// handler.ts in the same folder. Pages of any origin may call it. Set the variables of deno_deploy.ts
// with `supabase secrets set`. The bucket must honour conditional writes, which `probe()` checks;
// Supabase Storage itself does not.
//
//   supabase functions deploy feedback --no-verify-jwt
import { timed } from "@flagstone/flagging/wrappers";
import { S3Adapter } from "@flagstone/flagging/s3";
import { createFeedback } from "./handler.ts";

const CORS: Readonly<Record<string, string>> = {
  "access-control-allow-origin": "*",
  "access-control-allow-headers": "authorization, x-client-info, apikey, content-type",
};

const storage = timed(S3Adapter.fromEnv(), 10_000);
const feedback = createFeedback({ storage, token: Deno.env.get("TOKEN") });

Deno.serve(async (request) => {
  const isPreflight = request.method === "OPTIONS";
  const response = isPreflight ? new Response() : await feedback(request);
  for (const [name, value] of Object.entries(CORS)) response.headers.set(name, value);
  return response;
});
