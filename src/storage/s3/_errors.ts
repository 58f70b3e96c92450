import { type Attempt, fail } from "../kit/fail.ts";
import type { S3Context } from "./_request.ts";
import { describe, type S3Reply } from "./_reply.ts";
import { childText, parseXml, type XmlElement } from "./_xml.ts";
import type { Outcome, StorageError, StorageErrorCode } from "../storage_error.ts";

/** An error document, or what can be told without one. */
export interface S3Fault {
  readonly status: number;
  /** The service's own name of the error. */
  readonly code?: string | undefined;
  readonly message?: string | undefined;
  /** The region that the bucket is in, where the service tells. */
  readonly region?: string | undefined;
  readonly requestId?: string | undefined;
  /** What the body was, where it was no error document. */
  readonly body?: string | undefined;
}

/** What an error means here; `why` may be followed by what the service says. */
interface Meaning {
  readonly code: StorageErrorCode;
  readonly why: string;
  readonly outcome?: Outcome;
}

const KEYS = "check accessKeyId and secretAccessKey";
const CREDENTIALS = "the store does not take the credentials";
const BUCKET = "there is no such bucket: check bucket and endpoint, and make it where it is new";
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
  why: "the store accepts no such key: check the prefix and the labels",
};
const BUSY: Meaning = { code: "RateLimited", why: "the store is busy", outcome: "unknown" };
const BROKEN: Meaning = { code: "Unavailable", why: "the store failed", outcome: "unknown" };
const CHANGING: Meaning = { code: "Unavailable", why: "others are changing it at the same time" };
const SPOILT: Meaning = { code: "Corrupt", why: "its bytes did not arrive as they were sent" };

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
      why: "the credentials have no right to it (without the right to list the bucket, an object " +
        "that is missing is refused as well)",
    },
    InvalidAccessKeyId: UNKNOWN_KEY,
    Unauthorized: UNKNOWN_KEY, // R2's word for it
    SignatureDoesNotMatch: {
      code: "PermissionDenied",
      why: `the store does not take the signature: ${KEYS}`,
    },
    RequestTimeTooSkewed: {
      code: "PermissionDenied",
      why: "the clock of this machine is off: set it right",
    },
    RequestExpired: {
      code: "PermissionDenied",
      why: "the clock of this machine is off: set it right",
    },
    ExpiredToken: { code: "PermissionDenied", why: `${CREDENTIALS}, which have expired` },
    InvalidToken: { code: "PermissionDenied", why: `${CREDENTIALS}: check sessionToken` },
    TokenRefreshRequired: { code: "PermissionDenied", why: `${CREDENTIALS}: renew sessionToken` },
    EntityTooLarge: { code: "TooLarge", why: "the store takes no object of this size" },
    KeyTooLongError: LONG_KEY,
    KeyTooLong: LONG_KEY,
    InvalidURI: BAD_KEY,
    InvalidKey: BAD_KEY,
    InvalidObjectName: BAD_KEY,
    XMinioInvalidObjectName: BAD_KEY,
    MetadataTooLarge: { code: "InvalidArgument", why: "the metadata is more than the store takes" },
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
    RequestTimeout: { code: "Unavailable", why: "the body came too slowly", outcome: "unknown" },
    NoSuchUpload: { code: "Unavailable", why: "somebody else ended the upload" },
    BadDigest: SPOILT,
    IncompleteBody: SPOILT,
    XAmzContentSHA256Mismatch: SPOILT,
    NotImplemented: { code: "Unsupported", why: "the store does not offer this" },
  } satisfies Record<string, Meaning>,
));

/** What a status means that comes without a document, or with a code that is not known. */
function meaningOfStatus(status: number): Meaning {
  if (status >= 300 && status < 400) return { code: "Misconfigured", why: REGION };
  switch (status) {
    case 401:
    case 403:
      return { code: "PermissionDenied", why: `${CREDENTIALS}, or they have no right to it` };
    case 405:
      return {
        code: "Misconfigured",
        why: "the endpoint does not take this: is it an S3 service?",
      };
    case 408:
      return { code: "Unavailable", why: "the request took too long", outcome: "unknown" };
    case 409:
    case 412:
      return { code: "Conflict", why: "the state of the object does not allow it" };
    case 413:
      return { code: "TooLarge", why: "the store takes no object of this size" };
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

/** The fault that an error document tells of. */
export function faultOfElement(error: XmlElement, reply: S3Reply): S3Fault {
  const text = (name: string): string | undefined => childText(error, name)?.trim() || undefined;
  const message = text("Message");
  return {
    status: reply.status,
    code: text("Code"),
    message: message === undefined ? undefined : reply.redaction.textOf(message),
    region: text("Region") ?? reply.headers.get("x-amz-bucket-region") ?? undefined,
    requestId: text("RequestId") ?? reply.headers.get("x-amz-request-id") ?? undefined,
  };
}

/** Reads what a reply without success says. */
export async function readFault(reply: S3Reply, context: S3Context): Promise<S3Fault> {
  const text = await reply.text(context);
  const bare: S3Fault = {
    status: reply.status,
    body: describe(text),
    region: reply.headers.get("x-amz-bucket-region") ?? undefined,
  };
  try {
    const root = parseXml(text);
    return root.name === "Error" ? faultOfElement(root, reply) : bare;
  } catch {
    return bare;
  }
}

/** What the store itself said, as the cause of our error. */
function causeOf({ status, code, message, requestId, body }: S3Fault): Error {
  const said = code === undefined ? `${body ?? "nothing"} as a reply` : `${code}: ${message ?? ""}`;
  const id = requestId === undefined ? "" : `, request ${requestId}`;
  const cause = new Error(`${said} (HTTP ${status}${id})`);
  cause.name = "S3Fault";
  return cause;
}

function sentence(why: string, { code, status, region }: S3Fault): string {
  const where = why === REGION && region !== undefined ? `: set region to "${region}"` : "";
  return `${why}${where} (s3: ${code ?? `HTTP ${status}`})`;
}

/** The rejection that a fault means. What the store refuses is surely not applied. */
export function faultError(fault: S3Fault, { attempt, mutates }: S3Context): StorageError {
  const known = MEANINGS.get(fault.code ?? "");
  const meaning = known ?? meaningOfStatus(fault.status);
  const cause = causeOf(fault);
  // A page of a web server says nothing of what became of a request.
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

/** A `Conflict`, told in our own words; `outcome` is that of a mutation. */
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
    ...(fault === undefined ? {} : { cause: causeOf(fault) }),
  });
}
