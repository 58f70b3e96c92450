import { aborted, type Attempt, fail } from "../kit/fail.ts";
import { abortable } from "@std/async/abortable";
import { checkedLength } from "../kit/checked_length.ts";
import type { LinkedAbort } from "../kit/linked_abort.ts";
import type { S3Context } from "./_request.ts";
import type { Redaction } from "./_secrets.ts";
import { parseXml, type XmlElement } from "./_xml.ts";
import type { StorageError } from "../storage_error.ts";

/** A reply of the store. Its body must be read or dropped, because it holds a connection. */
export class S3Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly redaction: Redaction;
  readonly #body: ReadableStream<Uint8Array> | null;
  readonly #link: LinkedAbort;

  /** Takes over the response and the link to the caller's signal. */
  constructor(response: Response, link: LinkedAbort, redaction: Redaction) {
    this.status = response.status;
    this.headers = response.headers;
    this.redaction = redaction;
    this.#body = response.body;
    this.#link = link;
  }

  /** Whether the request succeeded. */
  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  /** Reads the body as text. */
  async text({ attempt, signal, mutates }: S3Context): Promise<string> {
    try {
      return await abortable(new Response(this.#body).text(), this.#link.signal);
    } catch (error) {
      const outcome = mutates ? "unknown" : undefined;
      if (signal?.aborted) throw aborted(attempt, signal, outcome);
      throw fail(attempt, {
        code: "Unavailable",
        why: "the connection was lost during the reply",
        outcome,
        cause: this.redaction.copyOf(error),
      });
    } finally {
      this.#link.unlink();
    }
  }

  /** Reads the body as an XML document. Throws if it is anything else. */
  async xml(context: S3Context): Promise<XmlElement> {
    const text = await this.text(context);
    try {
      return parseXml(text);
    } catch (error) {
      throw this.corrupt(context, `it is ${describe(text)} instead of XML`, error);
    }
  }

  /** Returns the body as a stream of exactly this many bytes. */
  stream(attempt: Attempt, length: number): ReadableStream<Uint8Array> {
    return checkedLength(this.#body ?? new Blob().stream(), length, {
      attempt,
      signal: this.#link.signal,
      onEnd: () => this.#link.unlink(),
      causeOf: (error) => this.redaction.copyOf(error),
    });
  }

  /** Frees the connection without reading the body. */
  async drop(): Promise<void> {
    this.#link.unlink();
    await this.#body?.cancel().catch(() => {});
  }

  /** The error for a reply that cannot come from an S3 service. */
  corrupt({ attempt, mutates }: S3Context, what: string, cause?: unknown): StorageError {
    return fail(attempt, {
      code: "Corrupt",
      why: `the reply is not from an S3 service (${what}, HTTP ${this.status}): ` +
        "check the endpoint",
      outcome: mutates ? "unknown" : undefined,
      cause: cause === undefined ? undefined : this.redaction.copyOf(cause),
    });
  }
}

/** The kind of an unexpected text. */
export function describe(text: string): string {
  const start = text.trimStart().slice(0, 200).toLowerCase();
  if (start === "") return "nothing";
  if (/^<!doctype html|^<html|<head|<body/.test(start)) return "HTML";
  if (start.startsWith("<")) return "incomplete XML";
  return "text";
}

/** The time in a reply; `undefined` if there is none, or none that can be read. */
export function dateOf(text: string | null | undefined): Date | undefined {
  const date = new Date(text ?? NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
