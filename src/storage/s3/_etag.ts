import type { ObjectVersion } from "../storage_adapter.ts";

/** How a store wants the ETag of `If-Match`: HTTP says quoted, Ceph compares it without. */
export type EtagSpelling = "quoted" | "unquoted";

/** The version that an ETag is: without its quotes; a proxy that compresses marks it as weak. */
export function versionOf(etag: string): ObjectVersion {
  return etag.trim().replace(/^W\//, "").replace(/^"(.*)"$/, "$1") as ObjectVersion;
}

/**
 * Whether a version can be an ETag of a store. What cannot is not sent: `*` would match anything, and
 * spaces at an end would be trimmed from the header.
 */
export function isEtag(version: string): boolean {
  return version !== "*" && /^[!#-+\--~]+$/.test(version);
}

/** The value of `If-Match`. */
export function ifMatch(version: ObjectVersion, spelling: EtagSpelling = "quoted"): string {
  return spelling === "quoted" ? `"${version}"` : version;
}
