import { fail } from "../kit/fail.ts";
import type { StorageError } from "../storage_error.ts";
import { isValidKey, MAX_KEY_BYTES, utf8Length } from "../validate_key.ts";

/** The adapter's name, in messages and errors. */
export const S3_NAME = "s3";

/** What requests are sent by: the platform's `fetch`, or something like it. */
export type S3Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Options of `S3Adapter`. */
export interface S3AdapterOptions {
  /**
   * The service's address, without the bucket; a path before the bucket is kept.
   *
   * @default {`https://s3.${region}.amazonaws.com`}
   */
  readonly endpoint?: string | URL | undefined;
  /** The bucket's name. The adapter makes no bucket. */
  readonly bucket: string;
  /** The region to sign for; many services take any, R2 is `"auto"`. @default {"us-east-1"} */
  readonly region?: string | undefined;
  /** The access key's id. */
  readonly accessKeyId: string;
  /** The access key's secret. It appears in no message and no error. */
  readonly secretAccessKey: string;
  /** The token of temporary credentials. */
  readonly sessionToken?: string | undefined;
  /**
   * Whether the bucket is a part of the path, or else of the host's name.
   *
   * @default {true, but on amazonaws.com only for buckets with a dot}
   */
  readonly pathStyle?: boolean | undefined;
  /** What is put before every key, such as `"team/flags/"`. @default {""} */
  readonly prefix?: string | undefined;
  /** Sends a request, signed. @default {globalThis.fetch} */
  readonly fetch?: S3Fetch | undefined;
  /** Tells the time that requests are signed with. @default {() => new Date()} */
  readonly now?: (() => Date) | undefined;
}

/** The options, validated and with their defaults. */
export interface S3Config {
  /** The bucket's address, without a slash at its end. */
  readonly bucketUrl: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | undefined;
  readonly prefix: string;
  readonly fetch: S3Fetch;
  readonly now: () => Date;
}

/** The rejection of a configuration; what is wrong must not hold a secret. */
export function misconfigured(why: string): StorageError {
  return fail({ adapter: S3_NAME, operation: "use the S3 adapter" }, {
    code: "Misconfigured",
    why,
    outcome: "not-applied",
  });
}

function parseEndpoint(endpoint: string | URL): URL {
  let url: URL;
  try {
    url = new URL(endpoint);
  } catch {
    throw misconfigured("its endpoint is no URL, such as https://s3.eu-central-1.amazonaws.com");
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw misconfigured(`its endpoint must begin with http: or https: and not ${url.protocol}`);
  }
  if (url.username !== "" || url.password !== "") {
    throw misconfigured("its endpoint holds a user or a password: give the keys as options");
  }
  if (url.search !== "" || url.hash !== "") {
    throw misconfigured("its endpoint must have no query and no fragment");
  }
  return url;
}

function bucketUrl(endpoint: URL, bucket: string, pathStyle: boolean): string {
  const path = endpoint.pathname.replace(/\/+$/, "");
  return pathStyle
    ? `${endpoint.protocol}//${endpoint.host}${path}/${bucket}`
    : `${endpoint.protocol}//${bucket}.${endpoint.host}${path}`;
}

/** A prefix must make a key of every key; dots and empty segments would be folded by URLs. */
function validatePrefix(prefix: string): void {
  const usable = prefix === "" || isValidKey(prefix.endsWith("/") ? `${prefix}a` : prefix);
  if (usable && utf8Length(prefix) < MAX_KEY_BYTES) return;
  throw misconfigured(`its prefix ${JSON.stringify(prefix)} cannot begin a key`);
}

function requireText(name: string, value: unknown): void {
  if (typeof value !== "string" || value === "") throw misconfigured(`its ${name} is missing`);
}

/** Validates the options and fills in the defaults. */
export function resolveOptions(options: S3AdapterOptions): S3Config {
  const { bucket, accessKeyId, secretAccessKey, sessionToken, prefix = "" } = options;
  const region = options.region ?? "us-east-1";
  requireText("bucket", bucket);
  requireText("region", region);
  requireText("accessKeyId", accessKeyId);
  requireText("secretAccessKey", secretAccessKey);
  if (!/^[\w.-]+$/.test(bucket) || /^\.+$/.test(bucket)) {
    throw misconfigured(`its bucket ${JSON.stringify(bucket)} is no name of a bucket`);
  }
  validatePrefix(prefix);
  const endpoint = parseEndpoint(options.endpoint ?? `https://s3.${region}.amazonaws.com`);
  const onAws = /(^|\.)amazonaws\.com(\.cn)?$/.test(endpoint.hostname);
  // A certificate for *.amazonaws.com does not cover a bucket's name with a dot.
  const pathStyle = options.pathStyle ?? (!onAws || bucket.includes("."));
  return {
    bucketUrl: bucketUrl(endpoint, bucket, pathStyle),
    bucket,
    region,
    accessKeyId,
    secretAccessKey,
    sessionToken,
    prefix,
    // Called late and without a receiver: workerd refuses a fetch that is somebody's method.
    fetch: options.fetch ?? ((url, init) => globalThis.fetch(url, init)),
    now: options.now ?? (() => new Date()),
  };
}
