import { NO_VERSION } from "../kit/check_conditions.ts";
import { defined } from "../kit/defined.ts";
import { aborted, type Attempt } from "../kit/fail.ts";
import { withOutcome } from "../outcome.ts";
import { delay } from "@std/async/delay";
import { CHECKSUM, checksumOf } from "./_checksum.ts";
import type { S3Client } from "./_client.ts";
import type { S3Context } from "./_request.ts";
import { conflict, faultError, faultOfElement, readFault, type S3Fault } from "./_errors.ts";
import { type EtagSpelling, ifMatch, isEtag, versionOf } from "./_etag.ts";
import { readObject, statObject } from "./_read.ts";
import { describe, type S3Reply } from "./_reply.ts";
import { parseXml } from "./_xml.ts";
import type { ObjectInfo, ObjectVersion, Precondition } from "../storage_adapter.ts";
import type { Outcome, StorageError } from "../storage_error.ts";

/** A write of one object in one request. */
export interface PutRequest {
  readonly key: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Content type and metadata. */
  readonly headers: Readonly<Record<string, string>>;
  readonly precondition?: Precondition | undefined;
  readonly attempt: Attempt;
  readonly signal?: AbortSignal | undefined;
}

/** The result of a request: a version, or the fault that the store reported. */
type Settled = { readonly version: ObjectVersion } | { readonly fault: S3Fault };

/** The number of attempts if requests of other writers are in the way. */
const TRIES = 5;
const FIRST_PAUSE_MS = 20;

const IN_THE_WAY: ReadonlySet<string | undefined> = new Set([
  "ConditionalRequestConflict",
  "OperationAborted",
]);

/** The version in a reply to a write. Throws if the reply is not one. */
export async function versionWritten(reply: S3Reply, context: S3Context): Promise<ObjectVersion> {
  const text = await reply.text(context);
  if (text.trim() !== "") refuseErrorDocument(text, reply, context);
  const etag = reply.headers.get("etag");
  if (etag === null) throw reply.corrupt(context, "it has no ETag");
  return versionOf(etag);
}

/** Throws if a reply with a status of success contains an error, or is a web page. */
function refuseErrorDocument(text: string, reply: S3Reply, context: S3Context): void {
  if (!text.trimStart().startsWith("<")) return;
  let root;
  try {
    root = parseXml(text);
  } catch (error) {
    throw reply.corrupt(context, describe(text), error);
  }
  if (root.name === "Error") throw faultError(faultOfElement(root, reply), context);
  if (root.name.toLowerCase() === "html") throw reply.corrupt(context, "HTML");
}

/** Writes objects under conditions, and learns the spelling that the store expects. */
export class S3Writer {
  readonly #client: S3Client;
  /** Fixed by the first success: before it, a refusal may be about the spelling only. */
  #spelling: EtagSpelling | undefined;

  /** Creates a writer that has learned nothing yet. */
  constructor(client: S3Client) {
    this.#client = client;
  }

  /** Writes an object if its precondition holds, otherwise rejects with `Conflict`. */
  async put(request: PutRequest): Promise<ObjectVersion> {
    const { precondition, attempt } = request;
    if (precondition === undefined) {
      return this.#versionOf(await this.#settle(request, {}), request);
    }
    if (precondition === "absent") {
      const settled = await this.#settle(request, { "if-none-match": "*" });
      return await this.#judge(settled, request, "it exists");
    }
    if (!isEtag(precondition.version)) {
      throw conflict(attempt, "the version is not one of this store", undefined, "not-applied");
    }
    return await this.#swap(request, precondition.version);
  }

  async #swap(request: PutRequest, version: ObjectVersion): Promise<ObjectVersion> {
    const spelling = this.#spelling ?? "quoted";
    let settled = await this.#settle(request, { "if-match": ifMatch(version, spelling) });
    if ("version" in settled) {
      this.#spelling ??= spelling;
    } else if (
      settled.fault.status === 412 && spelling === "quoted" && this.#spelling !== "quoted" &&
      version !== NO_VERSION && await this.#isCurrent(request, version)
    ) {
      // Ceph compares the header with the bare ETag. R2 fails on a bare one, so it comes second.
      settled = await this.#settle(request, { "if-match": ifMatch(version, "unquoted") });
      if ("version" in settled) this.#spelling ??= "unquoted";
    }
    return await this.#judge(settled, request, "the version changed");
  }

  /** Returns the version, or throws the error for a fault under a condition. */
  async #judge(settled: Settled, request: PutRequest, why: string): Promise<ObjectVersion> {
    if ("version" in settled) return settled.version;
    const { fault } = settled;
    const { attempt } = request;
    // Some services answer 304, as to a GET, if another writer was first.
    if (fault.status === 412 || fault.status === 304) {
      throw conflict(attempt, why, fault, "not-applied");
    }
    if (fault.code === "NoSuchKey") {
      throw conflict(attempt, "it does not exist", fault, "not-applied");
    }
    const lost = fault.code === "UnknownError" ? await this.#outcomeOfRace(request) : undefined;
    if (lost !== undefined) throw conflict(attempt, why, fault, lost);
    throw this.#errorOf(fault, request);
  }

  #versionOf(settled: Settled, request: PutRequest): ObjectVersion {
    if ("version" in settled) return settled.version;
    throw this.#errorOf(settled.fault, request);
  }

  #errorOf(fault: S3Fault, { attempt }: PutRequest): StorageError {
    return faultError(fault, { attempt, mutates: true });
  }

  /** Sends a request, and repeats it if the store did not apply it because of other requests. */
  async #settle(request: PutRequest, condition: Record<string, string>): Promise<Settled> {
    const { key, bytes, attempt, signal } = request;
    const context = { attempt, signal, mutates: true };
    const checksum = this.#client.checksums ? { [CHECKSUM]: await checksumOf(bytes) } : {};
    const headers = { ...request.headers, ...condition, ...checksum };
    for (let tries = 1;; tries++) {
      const reply = await this.#client.send({
        method: "PUT",
        key,
        headers,
        body: bytes,
      }, context);
      if (reply.ok) return { version: await versionWritten(reply, context) };
      const fault = await readFault(reply, context);
      if (fault.status !== 409 || !IN_THE_WAY.has(fault.code) || tries >= TRIES) return { fault };
      await this.#giveWay(tries, attempt, signal);
    }
  }

  async #giveWay(tries: number, attempt: Attempt, signal: AbortSignal | undefined): Promise<void> {
    try {
      const ms = (0.5 + Math.random()) * FIRST_PAUSE_MS * 2 ** (tries - 1);
      await delay(ms, defined({ signal }));
    } catch (error) {
      if (signal?.aborted) throw aborted(attempt, signal, "not-applied");
      throw error;
    }
  }

  async #isCurrent(request: PutRequest, version: ObjectVersion): Promise<boolean> {
    const info = await this.#look(request, "not-applied");
    return info?.version === version;
  }

  /**
   * The outcome of a write that Ceph answers with 500 UnknownError, as it answers the losers of a race,
   * whose writes it cancels. The race is lost if the object is no longer in the expected state;
   * `undefined` if that cannot be seen. If the object begins with the bytes of this write, it is unknown
   * whether they are of this write, to which another writer has added since.
   */
  async #outcomeOfRace(request: PutRequest): Promise<Outcome | undefined> {
    const { precondition, key, bytes, attempt, signal } = request;
    const info = await this.#look(request, "unknown");
    if (info === null) return precondition === "absent" ? undefined : "not-applied";
    if (typeof precondition === "object" && info.version === precondition.version) return undefined;
    if (info.size < bytes.length) return "not-applied";
    try {
      const found = await readObject(
        this.#client,
        key,
        { ifVersion: info.version, range: { start: 0, end: bytes.length }, signal },
        attempt,
      );
      const stored = new Uint8Array(await new Response(found?.body ?? null).arrayBuffer());
      return stored.some((byte, i) => byte !== bytes[i]) ? "not-applied" : "unknown";
    } catch {
      return "unknown"; // it has changed again
    }
  }

  /** Looks at the object as a part of a write. An error has this outcome. */
  async #look(
    { key, attempt, signal }: PutRequest,
    outcome: Outcome,
  ): Promise<ObjectInfo | null> {
    try {
      return await statObject(this.#client, key, { attempt, signal });
    } catch (error) {
      throw withOutcome(error, outcome);
    }
  }
}
