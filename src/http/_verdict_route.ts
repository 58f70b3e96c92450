import type { FeedbackResult } from "../feedback/feedback_request.ts";
import type { KeyedSample } from "../loggers/keyed_fields.ts";
import { hashedId } from "../loggers/hashed_id.ts";
import { type BodyLimits, BodyReader, textOf } from "./_body.ts";
import { fingerprintOf } from "./_fingerprint.ts";
import { Flights } from "./_flights.ts";
import { type FormField, submissionOfForm } from "./_form_body.ts";
import { InFlightBytes } from "./_in_flight_bytes.ts";
import { submissionOfJson } from "./_json_body.ts";
import { keyOf } from "./_key.ts";
import { refusal } from "./_refusal.ts";
import { json, wantsHtml } from "./_respond.ts";
import type { Settings } from "./_settings.ts";
import type { Submission } from "./_submission.ts";
import { type Verdict, verdictOf } from "./_verdict.ts";

const TYPES = "application/json, application/x-www-form-urlencoded, multipart/form-data";

/** Where a saved verdict is known. */
interface Saved {
  readonly result: FeedbackResult;
  /** Whether the dataset had the row before. */
  readonly wasKnown: boolean;
}

/** Reads verdicts from requests and saves each of them once. */
export class VerdictRoute {
  readonly #settings: Settings;
  readonly #flights: Flights<Saved> = new Flights();
  readonly #inFlight: InFlightBytes;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#inFlight = new InFlightBytes(settings.files?.maxInFlightBytes ?? Infinity);
  }

  /** Saves the verdict in a request. The username is `undefined` if only a ticket can name one. */
  async take(
    { request }: { readonly request: Request },
    username: string | undefined,
  ): Promise<Response> {
    const type = request.headers.get("content-type") ?? "";
    const [essence = ""] = type.toLowerCase().split(";");
    switch (essence.trim()) {
      case "application/json":
        return await this.#save(request, submissionOfJson(await this.#textOf(request)), username);
      case "application/x-www-form-urlencoded": {
        const fields = new URLSearchParams(await this.#textOf(request));
        return await this.#save(request, submissionOfForm(fields), username);
      }
      case "multipart/form-data":
        return await this.#inFlight.hold(async (onBytes) => {
          const fields = await this.#partsOf(request, onBytes);
          return await this.#save(request, submissionOfForm(fields), username);
        });
      default: // text/plain too: a page may send it without asking first
        throw refusal("media-type", {
          detail: `Send one of ${TYPES}`,
          headers: { "accept-post": TYPES },
        });
    }
  }

  async #textOf(request: Request): Promise<string> {
    return await textOf(request, this.#limits(this.#settings.maxBodyBytes));
  }

  #limits(maxBytes: number): BodyLimits {
    return { maxBytes, timeoutMs: this.#settings.bodyTimeoutMs };
  }

  async #partsOf(request: Request, onBytes: (length: number) => void): Promise<FormField[]> {
    const { maxBodyBytes: maxTextBytes, files } = this.#settings;
    const maxTotalBytes = maxTextBytes + (files?.maxTotalBytes ?? 0);
    const { readFields } = await import("./_multipart_body.ts"); // few verdicts have files
    const body = new BodyReader(request, { ...this.#limits(maxTotalBytes), onBytes });
    const limits = { maxBytes: files?.maxBytes ?? maxTextBytes, maxTotalBytes, maxTextBytes };
    try {
      return await readFields(request.headers.get("content-type") ?? "", body, limits);
    } finally {
      body.end();
    }
  }

  async #save(
    request: Request,
    submission: Submission,
    known: string | undefined,
  ): Promise<Response> {
    const key = keyOf(request, submission.key);
    const verdict = await verdictOf(submission, known, this.#settings);
    const { username, replaces } = verdict;
    if (replaces !== undefined && replaces === key) {
      throw refusal("key-reused", { detail: "A verdict cannot replace itself: use a new key" });
    }
    // A key of its own for a request without one: it is saved, and never known again.
    const id = await hashedId(username, key ?? crypto.randomUUID());
    const { result, isReplay } = key === undefined
      ? { result: await this.#flag(id, verdict), isReplay: false }
      : await this.#flights.run(
        { id, fingerprint: await fingerprintOf(submission, verdict) },
        () => this.#flag(id, verdict),
      );
    return this.#answer(request, { result: result.result, wasKnown: isReplay || result.wasKnown });
  }

  async #flag(id: string, verdict: Verdict): Promise<Saved> {
    const { sample, username, texts, replaces } = verdict;
    const { logger } = this.#settings;
    let wasKnown = false;
    const { subject, reason, comment } = texts;
    await logger.flag(sample as KeyedSample<typeof logger.components> | null, {
      flag: texts.flag,
      ...(reason === undefined ? {} : { reason }),
      ...(comment === undefined ? {} : { comment }),
      ...(subject === undefined ? {} : { subject }),
      username,
      ...(replaces === undefined ? {} : { replaces: await hashedId(username, replaces) }),
      id,
      onKnown: () => wasKnown = true,
    });
    return { result: { id, state: sample === null ? "withdrawn" : "flagged" }, wasKnown };
  }

  #answer(request: Request, { result, wasKnown }: Saved): Response {
    if (wantsHtml(request)) {
      return new Response(null, { status: 303, headers: { location: this.#settings.thanks } });
    }
    const headers = wasKnown ? { "idempotent-replayed": "true" } : {};
    return json(result, wasKnown ? 200 : 201, headers);
  }
}
