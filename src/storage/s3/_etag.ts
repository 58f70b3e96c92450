import type { ObjectVersion } from "../storage_adapter.ts";

/** The spelling of the ETag in `If-Match`: quoted by HTTP; Ceph compares it without quotes. */
export type EtagSpelling = "quoted" | "unquoted";

/** The version for an ETag: without quotes, and without the mark of a proxy that compresses. */
export function versionOf(etag: string): ObjectVersion {
  return etag.trim().replace(/^W\//, "").replace(/^"(.*)"$/, "$1") as ObjectVersion;
}

/**
 * Whether a version can be an ETag. Others are not sent: `*` would match anything, and spaces at an end
 * would be trimmed from the header.
 */
export function isEtag(version: string): boolean {
  return version !== "*" && /^[!#-+\--~]+$/.test(version);
}

/** The value of `If-Match`. */
export function ifMatch(version: ObjectVersion, spelling: EtagSpelling = "quoted"): string {
  return spelling === "quoted" ? `"${version}"` : version;
}
