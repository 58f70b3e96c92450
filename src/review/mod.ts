/**
 * A page on which people review what was flagged, as a request handler for Deno and for Workers.
 *
 * ```ts ignore
 * import { createReview, localAuthorize } from "@flagstone/flagging/review";
 *
 * const access = localAuthorize({ username: "ada" });
 * const review = createReview({ directory: "./flagged", authorize: access.authorize });
 * Deno.serve({
 *   hostname: "127.0.0.1",
 *   port: 8000,
 *   onListen: ({ port }) => console.log(access.url(`http://127.0.0.1:${port}/`)),
 * }, review);
 * ```
 *
 * @module
 */
export type {
  /** What `authorize` answers. */
  Authorized,
} from "./authorized.ts";
export {
  createReview,
  /** The handler of a review page. */
  type Review,
  /** Options of `createReview()`. */
  type ReviewOptions,
} from "./create_review.ts";
export {
  /** The access of one person. */
  type LocalAccess,
  localAuthorize,
  /** Options of `localAuthorize()`. */
  type LocalAuthorizeOptions,
} from "./local_authorize.ts";
