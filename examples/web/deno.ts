// Feedback on answers, saved below ./flagged. Set TOKEN for reading /feedback/dataset.csv.
//
//   deno run -N -E=TOKEN -R=flagged -W=flagged deno.ts
import { value } from "@flagstone/flagging";
import { bearer, createFeedback } from "@flagstone/flagging/http";

const feedback = createFeedback({
  components: { question: value<string>(), answer: value<string>() },
  options: ["good", "bad"],
  comment: { for: ["bad"] },
  read: bearer(Deno.env.get("TOKEN") ?? ""),
});

Deno.serve(feedback);
