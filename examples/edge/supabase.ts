// The feedback endpoint as a Supabase Edge Function: supabase/functions/feedback/index.ts, with
// handler.ts beside it. Pages of any origin may call it. Its secrets, by `supabase secrets set`, are
// those of deno_deploy.ts; its bucket is at any store that keeps conditions, which `probe()` tells.
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
