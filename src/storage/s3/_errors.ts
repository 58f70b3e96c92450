import { type Attempt, fail } from "../kit/fail.ts";
import type { S3Context } from "./_request.ts";
import { describe, type S3Reply } from "./_reply.ts";
import { childText, parseXml, type XmlElement } from "./_xml.ts";
import type { Outcome, StorageError, StorageErrorCode } from "../storage_error.ts";

/** The content of an error document, or what is known without one. */
export interface S3Fault {
  readonly status: number;
  /** The service's own code. */
  readonly code?: string | undefined;
  readonly message?: string | undefined;
  /** The region of the bucket, if the service reports it. */
  readonly region?: string | undefined;
  readonly requestId?: string | undefined;
  /** The kind of body, if it was not an error document. */
  readonly body?: string | undefined;
}

/** The meaning of a fault; the code of the service may follow `why`. */
interface Meaning {
  readonly code: StorageErrorCode;
  readonly why: string;
  readonly outcome?: Outcome;
}

const KEYS = "check accessKeyId and secretAccessKey";
const CREDENTIALS = "the store refuses the credentials";
const BUCKET = "the bucket does not exist: check bucket and endpoint, or create it";
const REGION = "the bucket is in another region";
const UNKNOWN_KEY: Meaning = {
  code: "PermissionDenied",
  why: `the store does not know the access key: ${KEYS}`,
};
const LONG_KEY: Meaning = {
  code: "InvalidKey",
  why: "the store accepts no key of this length: use a shorter prefix or label",
};
const BAD_KEY: Meaning = {
  code: "InvalidKey",
  why: "the store accepts no such key: check the prefix, or set asciiNames",
};
const BUSY: Meaning = { code: "RateLimited", why: "the store is busy", outcome: "unknown" };
const BROKEN: Meaning = { code: "Unavailable", why: "the store failed", outcome: "unknown" };
const CHANGING: Meaning = {
  code: "Unavailable",
  why: "other writers are changing it at the same time",
};
const SPOILT: Meaning = { code: "Corrupt", why: "its bytes were changed on the way" };

const MEANINGS: ReadonlyMap<string, Meaning> = new Map<string, Meaning>(Object.entries(
  {
    NoSuchBucket: { code: "Misconfigured", why: BUCKET },
    InvalidBucketName: { code: "Misconfigured", why: BUCKET },
    AuthorizationHeaderMalformed: { code: "Misconfigured", why: REGION },
    PermanentRedirect: { code: "Misconfigured", why: REGION },
    TemporaryRedirect: { code: "Misconfigured", why: REGION },
    InvalidRegionName: {
      code: "Misconfigured",
      why: 'the store has no such region (R2\'s is "auto"): check region',
    },
    IllegalLocationConstraintException: { code: "Misconfigured", why: REGION },
    AccessDenied: {
      code: "PermissionDenied",
      why:
        "the credentials do not permit it (without the right to list the bucket, a missing object " +
        "is refused as well)",
    },
    InvalidAccessKeyId: UNKNOWN_KEY,
    Unauthorized: UNKNOWN_KEY, // R2's code
    SignatureDoesNotMatch: {
      code: "PermissionDenied",
      why: `the store refuses the signature: ${KEYS}`,
    },
    RequestTimeTooSkewed: {
      code: "PermissionDenied",
      why: "the clock of this machine is wrong: set it",
    },
    RequestExpired: {
      code: "PermissionDenied",
      why: "the clock of this machine is wrong: set it",
    },
    ExpiredToken: { code: "PermissionDenied", why: `${CREDENTIALS}, which have expired` },
    InvalidToken: { code: "PermissionDenied", why: `${CREDENTIALS}: check sessionToken` },
    TokenRefreshRequired: { code: "PermissionDenied", why: `${CREDENTIALS}: renew sessionToken` },
    EntityTooLarge: { code: "TooLarge", why: "the store accepts no object of this size" },
    KeyTooLongError: LONG_KEY,
    KeyTooLong: LONG_KEY,
    InvalidURI: BAD_KEY,
    InvalidKey: BAD_KEY,
    InvalidObjectName: BAD_KEY,
    XMinioInvalidObjectName: BAD_KEY,
    MetadataTooLarge: { code: "InvalidArgument", why: "the store accepts less metadata" },
    PreconditionFailed: { code: "Conflict", why: "the version changed" },
    ConditionalRequestConflict: CHANGING,
    OperationAborted: CHANGING,
    QuotaExceeded: { code: "NoSpace", why: "the quota is used up" },
    SlowDown: BUSY,
    TooManyRequests: BUSY,
    RequestLimitExceeded: BUSY,
    Throttling: BUSY,
    ThrottlingException: BUSY,
    InternalError: BROKEN,
    ServiceUnavailable: BROKEN,
    UnknownError: BROKEN,
    RequestTimeout: { code: "Unavailable", why: "the body arrived too slowly", outcome: "unknown" },
    NoSuchUpload: { code: "Unavailable", why: "another client ended the upload" },
    BadDigest: SPOILT,
    IncompleteBody: SPOILT,
    XAmzContentSHA256Mismatch: SPOILT,
    NotImplemented: { code: "Unsupported", why: "the store does not offer this" },
  } satisfies Record<string, Meaning>,
));

/** The meaning of a status without a document, or with an unknown code. */
function meaningOfStatus(status: number): Meaning {
  if (status >= 300 && status < 400) return { code: "Misconfigured", why: REGION };
  switch (status) {
    case 401:
    case 403:
      return { code: "PermissionDenied", why: `${CREDENTIALS}, or they do not permit it` };
    case 405:
      return {
        code: "Misconfigured",
        why: "the endpoint refuses this method: is it an S3 service?",
      };
    case 408:
      return { code: "Unavailable", why: "the request took too long", outcome: "unknown" };
    case 409:
    case 412:
      return { code: "Conflict", why: "the state of the object does not allow it" };
    case 413:
      return { code: "TooLarge", why: "the store accepts no object of this size" };
    case 429:
      return BUSY;
    case 501:
      return { code: "Unsupported", why: "the store does not offer this" };
    case 507:
      return { code: "NoSpace", why: "the store is full" };
  }
  if (status >= 500) return BROKEN;
  return { code: "Unknown", why: "the store refused it" };
}

/** A text of the store without secrets, which it may echo anywhere. */
function safeText({ redaction }: S3Reply, text: string | null | undefined): string | undefined {
  return text ? redaction.textOf(text) : undefined;
}

/** The fault in an error document. */
export function faultOfElement(error: XmlElement, reply: S3Reply): S3Fault {
  const safe = (text: string | null | undefined): string | undefined => safeText(reply, text);
  const text = (name: string): string | undefined => safe(childText(error, name)?.trim());
  return {
    status: reply.status,
    code: text("Code"),
    message: text("Message"),
    region: text("Region") ?? safe(reply.headers.get("x-amz-bucket-region")),
    requestId: text("RequestId") ?? safe(reply.headers.get("x-amz-request-id")),
  };
}

/** Reads the fault in a reply without success. */
export async function readFault(reply: S3Reply, context: S3Context): Promise<S3Fault> {
  const text = await reply.text(context);
  const bare: S3Fault = {
    status: reply.status,
    body: describe(text),
    region: safeText(reply, reply.headers.get("x-amz-bucket-region")),
  };
  try {
    const root = parseXml(text);
    return root.name === "Error" ? faultOfElement(root, reply) : bare;
  } catch {
    return bare;
  }
}

/** The answer of the store, as the cause of an error. */
function causeOf({ status, code, message, requestId, body }: S3Fault): Error {
  const said = code === undefined ? `a reply of ${body ?? "nothing"}` : `${code}: ${message ?? ""}`;
  const id = requestId === undefined ? "" : `, request ${requestId}`;
  const cause = new Error(`${said} (HTTP ${status}${id})`);
  cause.name = "S3Fault";
  return cause;
}

function sentence(why: string, { code, status, region }: S3Fault): string {
  const where = why === REGION && region !== undefined ? `: set region to "${region}"` : "";
  return `${why}${where} (s3: ${code ?? `HTTP ${status}`})`;
}

/** The error for a fault. A mutation that the store refuses is not applied. */
export function faultError(fault: S3Fault, { attempt, mutates }: S3Context): StorageError {
  const known = MEANINGS.get(fault.code ?? "");
  const meaning = known ?? meaningOfStatus(fault.status);
  const cause = causeOf(fault);
  // A page of a web server says nothing about the outcome.
  if (known === undefined && fault.code === undefined && meaning.code === "Unknown") {
    return fail(attempt, {
      code: "Corrupt",
      why: `the endpoint answered ${fault.body} (HTTP ${fault.status}): is it an S3 service?`,
      outcome: mutates ? "unknown" : undefined,
      cause,
    });
  }
  return fail(attempt, {
    code: meaning.code,
    why: sentence(meaning.why, fault),
    outcome: mutates ? meaning.outcome ?? "not-applied" : undefined,
    cause,
  });
}

/** A `Conflict` with our own reason; `outcome` is that of a mutation. */
export function conflict(
  attempt: Attempt,
  why: string,
  fault: S3Fault | undefined,
  outcome: Outcome | undefined,
): StorageError {
  return fail(attempt, {
    code: "Conflict",
    why: fault === undefined ? why : sentence(why, fault),
    outcome,
    cause: fault && causeOf(fault),
  });
}
