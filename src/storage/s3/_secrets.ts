const SIGNATURE = /\b[0-9a-f]{64}\b/gi;
/** Messages of runtimes that could not connect. */
const NO_ANSWER = /client error \(Connect\)|connection refused|dns error|name not resolved/i;
const NO_ANSWER_CODES: ReadonlySet<unknown> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** An error and its causes, outermost first; only a few, because they may be circular. */
function chainOf(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let next = error; next instanceof Error && chain.length < 5; next = next.cause) {
    chain.push(next);
  }
  return chain;
}

/** Whether a request failed because there was no connection, at least at the last attempt. */
export function isNoAnswer(error: unknown): boolean {
  return chainOf(error).some((each) =>
    NO_ANSWER.test(each.message) || NO_ANSWER_CODES.has((each as { code?: unknown }).code)
  );
}

/** Errors of a TLS client that gets an answer in plain text, in Deno, Node and Bun. */
const NOT_TLS =
  /InvalidContentType|wrong version number|packet length too long|ERR_SSL_WRONG_VERSION/i;

/** Whether `https` was spoken to a port that does not speak TLS. */
export function isNotTls(error: unknown): boolean {
  return chainOf(error).some((each) => {
    return NOT_TLS.test(`${each.message} ${(each as { code?: unknown }).code}`);
  });
}

/** The shortest secret that is removed anywhere; a shorter one is removed as a whole word only. */
const LONG_SECRET = 8;

function patternOf(secret: string): RegExp {
  const literal = secret.replace(/[^\w]/g, "\\$&");
  return new RegExp(
    secret.length < LONG_SECRET ? `(?<![\\w-])${literal}(?![\\w-])` : literal,
    "g",
  );
}

/** Removes credentials and signatures from messages and causes. */
export class Redaction {
  #secrets = "";
  #patterns: readonly RegExp[] = [];
  /** Those of the keys before, which answers may still repeat. */
  #earlier: readonly RegExp[] = [];

  /** Takes the secrets to remove from now on. */
  use(secrets: readonly (string | undefined)[]): void {
    const joined = secrets.join("\n");
    if (joined === this.#secrets) return;
    this.#secrets = joined;
    this.#earlier = this.#patterns;
    this.#patterns = secrets.flatMap((secret = "") => {
      return secret === "" ? [] : [patternOf(secret), patternOf(encodeURIComponent(secret))];
    });
  }

  /** A text without secrets. */
  textOf(text: string): string {
    return [...this.#patterns, ...this.#earlier, SIGNATURE].reduce(
      (text, pattern) => text.replace(pattern, "[redacted]"),
      text,
    );
  }

  /**
   * A copy of an error with names, messages and codes only, because the error of a `fetch` may have the
   * signed request as a property.
   */
  copyOf(error: unknown): Error {
    const chain = chainOf(error);
    if (chain.length === 0) return new Error(this.textOf(String(error)));
    return chain.reduceRight<Error | undefined>((cause, each) => {
      const copy = new Error(
        this.textOf(each.message),
        cause === undefined ? undefined : { cause },
      );
      copy.name = each.name;
      const { code } = each as { code?: unknown };
      return typeof code === "string" ? Object.assign(copy, { code }) : copy;
    }, undefined) as Error;
  }
}
