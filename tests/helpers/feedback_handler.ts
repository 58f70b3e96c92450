import { file, value } from "@flagstone/flagging";
import type { StorageAdapter } from "@flagstone/flagging";
import { bearer, createFeedback, type FeedbackHandler } from "@flagstone/flagging/http";
import { LISTED, MAX_BODY_BYTES, MAX_FILE_BYTES, SECRETS, TOKEN } from "./feedback_matrix.ts";

/** The endpoint that passes the matrix, in each runtime. The header `x-user` stands for a session. */
export function handlerOn(storage: StorageAdapter): FeedbackHandler {
  return createFeedback({
    components: { question: value<string>(), answer: value<string>(), picture: file() },
    storage,
    options: ["good", ["Bad!", "bad"]],
    reasons: { bad: ["rude", "wrong"] },
    comment: { for: ["bad"], maxLength: 100 },
    secret: SECRETS,
    origins: [LISTED],
    identify({ headers }) {
      const username = headers.get("x-user") ?? "";
      if (username === "nobody") return null;
      if (username !== "expired") return { username };
      return Response.redirect("https://login.example/", 302);
    },
    limit: {
      limit: (key) => ({ success: key !== "user:limited", limit: 30, remaining: 0 }),
    },
    maxBodyBytes: MAX_BODY_BYTES,
    files: { maxBytes: MAX_FILE_BYTES, maxTotalBytes: 2 * MAX_FILE_BYTES },
    read: bearer(TOKEN),
    onError: () => {},
  });
}
