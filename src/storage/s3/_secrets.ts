const SIGNATURE = /\b[0-9a-f]{64}\b/gi;
/** What runtimes say of a connection that was never made. */
const NO_ANSWER = /client error \(Connect\)|connection refused|dns error|name not resolved/i;
const NO_ANSWER_CODES: ReadonlySet<unknown> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** An error and its causes, outermost first; no more than a few, lest they go in a circle. */
function chainOf(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let next = error; next instanceof Error && chain.length < 5; next = next.cause) {
    chain.push(next);
  }
  return chain;
}

/** Whether a request failed as no connection could be made, at least the last time. */
export function isNoAnswer(error: unknown): boolean {
  return chainOf(error).some((each) =>
    NO_ANSWER.test(each.message) || NO_ANSWER_CODES.has((each as { code?: unknown }).code)
  );
}

/** Takes credentials and signatures out of what becomes a message or a cause. */
export class Redaction {
  readonly #secrets: readonly string[];

  /** Knows what to take out. */
  constructor(secrets: readonly (string | undefined)[]) {
    this.#secrets = secrets.flatMap((secret = "") => {
      return secret === "" ? [] : [secret, encodeURIComponent(secret)];
    });
  }

  /** A text without secrets. */
  textOf(text: string): string {
    return this.#secrets
      .reduce((text, secret) => text.replaceAll(secret, "[redacted]"), text)
      .replace(SIGNATURE, "[redacted]");
  }

  /**
   * What may be told of an error: its names, messages and codes. Its other properties are left
   * behind, for a `fetch` may hang the signed request on what it throws.
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
