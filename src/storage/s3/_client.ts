import { AwsV4Signer } from "aws4fetch";
import { defined } from "../kit/defined.ts";
import { aborted, type Attempt, fail } from "../kit/fail.ts";
import { abortable } from "@std/async/abortable";
import { LinkedAbort } from "../kit/linked_abort.ts";
import { hex } from "../kit/hex.ts";
import { sha256 } from "./_checksum.ts";
import { amzDate, objectUrl } from "./_object_url.ts";
import type { S3Config, S3Credentials } from "./_options.ts";
import { S3Reply } from "./_reply.ts";
import type { S3Context, S3Request } from "./_request.ts";
import { isNoAnswer, isNotTls, Redaction } from "./_secrets.ts";
import type { StorageError } from "../storage_error.ts";

/** Signs requests to one bucket, and sends each of them once. */
export class S3Client {
  readonly #config: S3Config;
  readonly #redaction: Redaction = new Redaction();
  /** The keys that aws4fetch derives, one per day. */
  readonly #derived: Map<string, ArrayBuffer> = new Map();
  /** Whether the store ever answered, so that a connection to it may exist. */
  #hasAnswered = false;

  /** Creates a client. Nothing is sent yet. */
  constructor(config: S3Config) {
    this.#config = config;
  }

  /** The bucket's name. */
  get bucket(): string {
    return this.#config.bucket;
  }

  /** Whether uploads have a checksum. */
  get checksums(): boolean {
    return this.#config.checksums;
  }

  /**
   * Sends a request and returns the reply, whatever its status. If it rejects, a mutation may have been
   * applied.
   */
  async send(request: S3Request, { attempt, signal, mutates }: S3Context): Promise<S3Reply> {
    const init = await this.#sign(request, await this.#credentials(attempt, mutates === true));
    if (signal?.aborted) throw aborted(attempt, signal, mutates ? "not-applied" : undefined);
    const link = new LinkedAbort(signal);
    try {
      const sent = this.#config.fetch(init.url, {
        method: request.method,
        headers: init.headers,
        body: request.body ?? null,
        redirect: "manual",
        signal: link.signal,
      });
      const response = await abortable(sent, link.signal).catch((error) => {
        // A fetch that ignores its signal may answer later.
        sent.then((late) => late.body?.cancel()).catch(() => {});
        throw error;
      });
      this.#hasAnswered = true;
      return new S3Reply(response, link, this.#redaction);
    } catch (error) {
      link.unlink();
      if (signal?.aborted) throw aborted(attempt, signal, mutates ? "unknown" : undefined);
      throw this.#unreachable(error, attempt, mutates === true);
    }
  }

  async #credentials(attempt: Attempt, mutates: boolean): Promise<S3Credentials> {
    try {
      const credentials = await this.#config.credentials();
      const { accessKeyId, secretAccessKey, sessionToken } = credentials;
      this.#redaction.use([secretAccessKey, sessionToken, accessKeyId]);
      return credentials;
    } catch (error) {
      const cause = this.#redaction.copyOf(error);
      throw fail(attempt, {
        code: "Unavailable",
        why: `its credentials function failed: ${cause.message}`,
        outcome: mutates ? "not-applied" : undefined,
        cause,
      });
    }
  }

  async #sign(
    { method, key, query, headers, body }: S3Request,
    { accessKeyId, secretAccessKey, sessionToken }: S3Credentials,
  ): Promise<{ url: string; headers: Headers }> {
    const { region, now, bucketUrl } = this.#config;
    const signer = new AwsV4Signer({
      method,
      url: objectUrl(bucketUrl, { key, query }),
      // The hash of the body, so that the store verifies the bytes that arrive.
      headers: { ...headers, "x-amz-content-sha256": hex(await sha256(body ?? new Uint8Array())) },
      service: "s3",
      region,
      accessKeyId,
      secretAccessKey,
      ...defined({ sessionToken }),
      cache: this.#derived,
      datetime: amzDate(now()),
    });
    const signed = await signer.sign();
    // The bytes must arrive as they are stored. Unsigned, because proxies change this header.
    if (body === undefined) signed.headers.set("accept-encoding", "identity");
    return { url: signed.url.href, headers: signed.headers };
  }

  #unreachable(error: unknown, attempt: Attempt, mutates: boolean): StorageError {
    const refused = mutates ? "not-applied" : undefined;
    // Unknown even if there was no connection: fetch may have sent the request on an older one that
    // broke, tried again by itself, and report only the second try.
    const unanswered = mutates ? "unknown" : undefined;
    const { origin, host } = new URL(this.#config.bucketUrl);
    const cause = this.#redaction.copyOf(error);
    if (cause.name === "NotCapable") {
      const why = `Deno has no permission to connect: run it with --allow-net=${host}`;
      return fail(attempt, { code: "PermissionDenied", why, outcome: refused, cause });
    }
    if (isNotTls(error)) {
      const why = `${origin} does not answer by TLS: did you mean ${
        origin.replace("https", "http")
      }?`;
      const outcome = this.#hasAnswered ? unanswered : refused;
      return fail(attempt, { code: "Misconfigured", why, outcome, cause });
    }
    return fail(attempt, {
      code: "Unavailable",
      why: isNoAnswer(error)
        ? `nothing answers at ${origin}: check the endpoint, and whether the service is up`
        : `the connection to ${origin} failed`,
      outcome: unanswered,
      cause,
    });
  }
}
