import { refusal } from "../kit/fail.ts";
import type { StorageError } from "../storage_error.ts";
import { isValidKey, MAX_KEY_BYTES, utf8Length } from "../validate_key.ts";

/** The adapter's name, in messages and errors. */
export const S3_NAME = "s3";

/**
 * A function that sends requests: the platform's `fetch`, or one like it.
 *
 * @category Storage adapters
 */
export type S3Fetch = (url: string, init: RequestInit) => Promise<Response>;

/**
 * The keys that requests are signed with.
 *
 * @category Storage adapters
 */
export interface S3Credentials {
  /** The id of the access key. */
  readonly accessKeyId: string;
  /** The secret of the access key. It appears in no message and in no error. */
  readonly secretAccessKey: string;
  /** The token of temporary credentials. */
  readonly sessionToken?: string | undefined;
}

/**
 * Options of `S3Adapter`. Either `endpoint` or `region` is required.
 *
 * @category Storage adapters
 */
export interface S3AdapterOptions {
  /**
   * The service's address, without the bucket. A path before the bucket is kept.
   *
   * @default {`https://s3.${region}.amazonaws.com`}
   */
  readonly endpoint?: string | URL | undefined;
  /** The bucket's name. The adapter does not create the bucket. */
  readonly bucket: string;
  /** The region to sign for. Many services accept any; R2's is `"auto"`. @default {"us-east-1"} */
  readonly region?: string | undefined;
  /** The id of the access key. Required unless there is a `credentials` function. */
  readonly accessKeyId?: string | undefined;
  /** The secret of the access key. It appears in no message and in no error. */
  readonly secretAccessKey?: string | undefined;
  /** The token of temporary credentials. */
  readonly sessionToken?: string | undefined;
  /**
   * Returns the keys, in place of the three options above. Called before each request, so that keys that
   * expire can be renewed; it should return the same ones until then. If it fails, nothing is sent, and
   * the request rejects with `Unavailable`.
   */
  readonly credentials?: (() => S3Credentials | Promise<S3Credentials>) | undefined;
  /**
   * Headers of every write, such as `{ "x-amz-server-side-encryption": "aws:kms" }`.
   *
   * @default {none}
   */
  readonly writeHeaders?: Readonly<Record<string, string>> | undefined;
  /**
   * Whether every upload has its SHA-256 in the header `x-amz-checksum-sha256`, without which buckets
   * with Object Lock refuse it. Some services do not know the header.
   *
   * @default {false}
   */
  readonly checksums?: boolean | undefined;
  /**
   * Whether the bucket is part of the path; otherwise it is part of the host name.
   *
   * @default {true, except on amazonaws.com for buckets without a dot}
   */
  readonly pathStyle?: boolean | undefined;
  /**
   * Whether the service honours conditional writes (If-Match, If-None-Match). With `"none"`, for services
   * that ignore them such as Supabase Storage, loggers need `segments: true`, so that each writes objects
   * of its own.
   *
   * @default {"honoured"}
   */
  readonly conditions?: "honoured" | "none" | undefined;
  /**
   * The directory in the bucket that all keys are below, with or without its final `/`, such as
   * `"team/flags"`.
   *
   * @default {""}
   */
  readonly prefix?: string | undefined;
  /**
   * The time in milliseconds that a request may take without progress: before its answer, then for each
   * chunk of a body. A write has a millisecond more for each 256 bytes.
   *
   * @default {10_000}
   */
  readonly timeoutMs?: number | undefined;
  /** Sends a signed request. @default {globalThis.fetch} */
  readonly fetch?: S3Fetch | undefined;
  /** Returns the time that requests are signed with. @default {() => new Date()} */
  readonly now?: (() => Date) | undefined;
}

/** The options, validated and with their defaults. */
export interface S3Config {
  /** The bucket's address, without a final slash. */
  readonly bucketUrl: string;
  readonly bucket: string;
  readonly region: string;
  readonly credentials: () => S3Credentials | Promise<S3Credentials>;
  readonly prefix: string;
  readonly checksums: boolean;
  readonly fetch: S3Fetch;
  readonly now: () => Date;
}

/** Regions that R2 accepts; it has no others. https://developers.cloudflare.com/r2/api/s3/api/ */
const R2_REGIONS: ReadonlySet<string> = new Set([
  ...["auto", "us-east-1", "wnam", "enam", "weur", "eeur", "apac", "oc", "eu"],
]);

/** The error of a configuration. Its text must not contain a secret. */
export function misconfigured(why: string): StorageError {
  return refusal({ adapter: S3_NAME, operation: "use the S3 adapter" }, "Misconfigured", why);
}

function shown(value: unknown): string {
  return JSON.stringify(String(value));
}

/** An address without a scheme, completed: `http` for this machine, `https` for others. */
function completed(endpoint: string): string {
  const isLocal = /^(?:localhost|127\.|\[::1\]|0\.0\.0\.0)/.test(endpoint);
  return `${isLocal ? "http" : "https"}://${endpoint}`;
}

function parseEndpoint(endpoint: string | URL): URL {
  const text = String(endpoint);
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) {
    if (!/^[\w.-]+(:\d+)?(\/|$)/.test(text)) throw misconfigured(`its endpoint is not a URL`);
    throw misconfigured(
      `its endpoint ${shown(text)} is not a URL: did you mean ${shown(completed(text))}?`,
    );
  }
  if (scheme !== "http" && scheme !== "https") {
    throw misconfigured(`its endpoint must start with http:// or https://, not ${scheme}://`);
  }
  if (!URL.canParse(text)) throw misconfigured("its endpoint is not a URL");
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") {
    throw misconfigured(
      "its endpoint contains a user or a password: pass accessKeyId and secretAccessKey as options",
    );
  }
  if (url.search !== "" || url.hash !== "") {
    throw misconfigured(
      `its endpoint must have no query and no fragment: remove ${shown(url.search + url.hash)}`,
    );
  }
  return url;
}

/** Hosts of services to which a bucket can be prepended: Amazon's and those named like it, and others. */
const TAKES_BUCKET =
  /^(?:s3[.-]|storage\.googleapis\.com$|[\w-]+\.digitaloceanspaces\.com$|[\da-f]{32}\.(?:\w+\.)?r2\.)/;

/** Refuses an endpoint that contains the bucket: every key would get the bucket's name twice. */
function refuseBucketIn(endpoint: URL, bucket: string): void {
  const { hostname, host, protocol } = endpoint;
  const path = endpoint.pathname.replace(/\/+$/, "");
  const isHost = hostname.startsWith(`${bucket}.`) &&
    TAKES_BUCKET.test(hostname.slice(bucket.length + 1));
  if (!isHost && !path.endsWith(`/${bucket}`)) return;
  const without = isHost
    ? `${protocol}//${host.slice(bucket.length + 1)}${path}`
    : `${protocol}//${host}${path.slice(0, -bucket.length - 1)}`;
  throw misconfigured(
    `its endpoint contains the bucket ${shown(bucket)}: use the endpoint ${shown(without)}` +
      (isHost ? "" : " (or set pathStyle if the path is really part of the service's address)"),
  );
}

function refuseForeignRegion({ hostname }: URL, region: string): void {
  if (!hostname.endsWith(".r2.cloudflarestorage.com") || R2_REGIONS.has(region)) return;
  throw misconfigured(`R2 has no region ${shown(region)}: set region to "auto"`);
}

function bucketUrl(endpoint: URL, bucket: string, pathStyle: boolean): string {
  const path = endpoint.pathname.replace(/\/+$/, "");
  return pathStyle
    ? `${endpoint.protocol}//${endpoint.host}${path}/${bucket}`
    : `${endpoint.protocol}//${bucket}.${endpoint.host}${path}`;
}

/** With its prefix, every key must be a key; URLs would fold dots and empty segments. */
function validatePrefix(prefix: string): void {
  const usable = prefix === "" || isValidKey(prefix.endsWith("/") ? `${prefix}a` : prefix);
  if (usable && utf8Length(prefix) < MAX_KEY_BYTES) return;
  throw misconfigured(
    `its prefix ${
      shown(prefix)
    } cannot start a key: use names between slashes, such as "team/flags"`,
  );
}

function requireText(name: string, value: unknown): void {
  if (typeof value !== "string" || value === "") throw misconfigured(`its ${name} is missing`);
}

/** Validates the options and adds the defaults. */
export function resolveOptions(options: S3AdapterOptions): S3Config {
  const { bucket, accessKeyId = "", secretAccessKey = "", sessionToken, prefix = "" } = options;
  const region = options.region ?? "us-east-1";
  requireText("bucket", bucket);
  requireText("region", region);
  if (options.credentials === undefined) {
    requireText("accessKeyId", accessKeyId);
    requireText("secretAccessKey", secretAccessKey);
  }
  if (!/^[\w.-]+$/.test(bucket) || /^\.+$/.test(bucket)) {
    throw misconfigured(`its bucket ${shown(bucket)} is not the name of a bucket`);
  }
  if (options.endpoint === undefined && options.region === undefined) {
    throw misconfigured("it has neither an endpoint nor a region: set region for Amazon S3");
  }
  validatePrefix(prefix);
  const endpoint = parseEndpoint(options.endpoint ?? `https://s3.${region}.amazonaws.com`);
  if (options.pathStyle !== true) refuseBucketIn(endpoint, bucket);
  refuseForeignRegion(endpoint, region);
  const onAws = /(^|\.)amazonaws\.com(\.cn)?$/.test(endpoint.hostname);
  // A certificate for *.amazonaws.com does not cover a bucket name with a dot.
  const pathStyle = options.pathStyle ?? (!onAws || bucket.includes("."));
  return {
    bucketUrl: bucketUrl(endpoint, bucket, pathStyle),
    bucket,
    region,
    credentials: options.credentials ?? (() => ({ accessKeyId, secretAccessKey, sessionToken })),
    prefix,
    checksums: options.checksums ?? false,
    // Looked up for each call and called without a receiver: workerd refuses a fetch that is a method.
    fetch: options.fetch ?? ((url, init) => globalThis.fetch(url, init)),
    now: options.now ?? (() => new Date()),
  };
}
