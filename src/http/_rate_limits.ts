import { callerOf } from "./_caller.ts";
import type { HandlerInfo } from "./options.ts";
import type { LimiterDecision } from "./limiter.ts";
import { refusal } from "./_refusal.ts";
import type { Settings } from "./_settings.ts";

const MINUTE_S = 60;

/** Asks the limiter of an endpoint. */
export class RateLimits {
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Counts a request. Returns the headers that tell the client, or refuses the request. */
  async check(
    { request, info }: { readonly request: Request; readonly info: HandlerInfo | undefined },
    username: string,
  ): Promise<Record<string, string>> {
    const { addressHeader } = this.#settings;
    const caller = callerOf(request, { username, addressHeader, info });
    const decision = caller === undefined ? undefined : await this.#decisionOn(caller);
    if (decision === undefined) return {};
    const headers = this.#headersOf(decision);
    if (decision.success) return headers;
    throw refusal("rate-limited", {
      detail: "Wait before the next one",
      headers: { ...headers, "retry-after": String(this.#secondsTo(decision)) },
    });
  }

  /** A limiter that fails must not stop the app. */
  async #decisionOn(caller: string): Promise<LimiterDecision | undefined> {
    try {
      return await this.#settings.limiter?.limit(caller);
    } catch (error) {
      this.#settings.report(error);
    }
  }

  /** https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ */
  #headersOf(decision: LimiterDecision): Record<string, string> {
    const { limit, remaining } = decision;
    if (limit === undefined || remaining === undefined) return {};
    const seconds = this.#secondsTo(decision);
    return {
      "ratelimit-policy": `"default";q=${limit}`,
      "ratelimit": `"default";r=${Math.max(Math.trunc(remaining), 0)};t=${seconds}`,
    };
  }

  #secondsTo({ reset }: LimiterDecision): number {
    if (reset === undefined) return MINUTE_S;
    return Math.max(Math.ceil((reset - this.#settings.now()) / 1000), 1);
  }
}
