import type { FeedbackDescription } from "../feedback/description.ts";
import { type Outcome, type Preparing, request } from "./_request.ts";

const known: Record<string, Promise<Outcome<FeedbackDescription>>> = {};

/** Returns what an endpoint accepts, with one request for all elements of a page. */
export async function describe(
  host: Preparing | undefined,
  url: string,
): Promise<FeedbackDescription | undefined> {
  const { result } = await (known[url] ??= request<FeedbackDescription>(host, { url }));
  if (!result) delete known[url];
  return result;
}
