/**
 * The answer of a {@linkcode Limiter}. That of `@upstash/ratelimit` has this form.
 *
 * @category HTTP
 */
export interface LimiterDecision {
  /** Whether the request may go on. */
  readonly success: boolean;
  /** The largest number of requests in a window, for the header `RateLimit-Policy`. */
  readonly limit?: number | undefined;
  /** The number of further requests in this window, for the header `RateLimit`. */
  readonly remaining?: number | undefined;
  /** When the window ends, in milliseconds since 1970, for `Retry-After`. @default {in a minute} */
  readonly reset?: number | undefined;
}

/**
 * Limits how often one caller sends. If it throws, the request goes on and the error is reported.
 *
 * @category HTTP
 */
export interface Limiter {
  /** Counts a request of this caller: a username, or an address. */
  limit(key: string): LimiterDecision | Promise<LimiterDecision>;
}

/**
 * Options of {@linkcode memoryLimiter}.
 *
 * @category HTTP
 */
export interface MemoryLimiterOptions {
  /** The largest number of requests in a window. @default {30} */
  readonly limit?: number | undefined;
  /** The length of a window in milliseconds. It begins with a caller's first request. @default {60_000} */
  readonly windowMs?: number | undefined;
  /** The largest number of callers that are remembered; the oldest window is forgotten first. @default {10_000} */
  readonly maxKeys?: number | undefined;
  /** Returns the time in milliseconds since 1970. @default {Date.now} */
  readonly now?: (() => number) | undefined;
}

interface Window {
  readonly reset: number;
  count: number;
}

/**
 * Returns a limiter that counts in the memory of this process or isolate, and so does not know what
 * others count.
 *
 * @throws {RangeError} If a number is not above 0
 *
 * @category HTTP
 *
 * @example Usage
 * ```ts
 * import { memoryLimiter } from "@flagstone/flagging/http";
 * import { assert } from "@std/assert";
 *
 * const limiter = memoryLimiter({ limit: 1 });
 * assert((await limiter.limit("ada")).success);
 * assert(!(await limiter.limit("ada")).success);
 * assert((await limiter.limit("lin")).success);
 * ```
 */
export function memoryLimiter(options: MemoryLimiterOptions = {}): Limiter {
  const { limit = 30, windowMs = 60_000, maxKeys = 10_000, now = Date.now } = options;
  for (const [name, value] of Object.entries({ limit, windowMs, maxKeys })) {
    if (!(value > 0)) throw new RangeError(`Cannot limit as ${name} is ${value}: pass one above 0`);
  }
  const windows = new Map<string, Window>();
  return {
    limit(key) {
      const time = now();
      let window = windows.get(key);
      if (window === undefined || window.reset <= time) {
        windows.delete(key); // so that the windows stay in the order of their ends
        windows.set(key, window = { reset: time + windowMs, count: 0 });
        if (windows.size > maxKeys) windows.delete(windows.keys().next().value!);
      }
      window.count++;
      const remaining = Math.max(limit - window.count, 0);
      return { success: window.count <= limit, limit, remaining, reset: window.reset };
    },
  };
}
