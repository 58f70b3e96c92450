// Feedback as a Supabase Edge Function: supabase/functions/feedback/index.ts. Set the variables of
// S3Adapter.fromEnv() and TOKEN by `supabase secrets set`, then `supabase functions deploy feedback`.
import { value } from "@flagstone/flagging";
import { bearer, createFeedback, FeedbackLogger } from "@flagstone/flagging/http";
import { S3Adapter } from "@flagstone/flagging/s3";

// Supabase Storage ignores conditions: each isolate writes files of its own, with ASCII names.
const storage = S3Adapter.fromEnv({ conditions: "none" });
const components = { question: value<string>(), answer: value<string>() };
const logger = new FeedbackLogger(components, { storage, segments: true, asciiNames: true });

Deno.serve(createFeedback({
  logger,
  options: ["good", "bad"],
  origins: ["https://app.example"], // where your pages are
  read: bearer(Deno.env.get("TOKEN") ?? ""),
}));
