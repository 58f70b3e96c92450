import { AwsV4Signer } from "aws4fetch";
import { defined } from "../kit/defined.ts";
import { Namespace } from "../kit/namespace.ts";
import type { UploadSigner, UploadToSign } from "../kit/upload_signer.ts";
import { amzDate, objectUrl } from "./_object_url.ts";
import { misconfigured, resolveOptions, S3_NAME, type S3AdapterOptions } from "./_options.ts";

/**
 * Options of {@linkcode s3Uploads}: those of the adapter, and how long an upload is valid.
 *
 * @category Storage adapters
 */
export interface S3UploadsOptions extends S3AdapterOptions {
  /** The time in seconds in which an upload must begin: at most seven days. @default {3600} */
  readonly expiresInS?: number | undefined;
}

const WEEK_S = 604_800;

/**
 * Signs uploads that go from a page to a bucket directly, for the option `uploads` of `createFeedback()`. The
 * store refuses another size or type than was signed, and an object that exists. Pass the options of the
 * dataset's adapter, its `prefix` too. The bucket's CORS rules must allow PUT from the page's origin, with the
 * headers `content-type` and `if-none-match`.
 *
 * @throws {StorageError} `Misconfigured` if the options cannot be right
 *
 * @category Storage adapters
 *
 * @example Usage
 * ```ts
 * import { s3Uploads } from "@flagstone/flagging/s3";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const keys = { accessKeyId: "id", secretAccessKey: "secret" };
 * const uploads = s3Uploads({ endpoint: "https://storage.example", bucket: "flags", ...keys });
 * const { url } = await uploads.sign({ key: "a.png", size: 5_000_000, type: "image/png" });
 * assertStringIncludes(url, "X-Amz-SignedHeaders=content-length%3Bcontent-type%3B");
 * ```
 */
export function s3Uploads(options: S3UploadsOptions): UploadSigner {
  const config = resolveOptions(options);
  const { expiresInS = 3600, writeHeaders, conditions } = options;
  if (!(expiresInS > 0 && expiresInS <= WEEK_S)) {
    throw misconfigured(`its expiresInS is ${expiresInS}: pass seconds, at most ${WEEK_S}`);
  }
  const namespace = new Namespace(S3_NAME, config.prefix);
  return {
    async sign({ key, size, type }: UploadToSign) {
      const { accessKeyId, secretAccessKey, sessionToken } = await config.credentials();
      // A row may name the object by the time that the page sends other bytes.
      const once: Record<string, string> = conditions === "none" ? {} : { "if-none-match": "*" };
      const headers = { ...writeHeaders, "content-type": type, ...once };
      const signer = new AwsV4Signer({
        method: "PUT",
        url: objectUrl(config.bucketUrl, {
          key: namespace.inside(key),
          query: { "X-Amz-Expires": String(Math.floor(expiresInS)) },
        }),
        headers: { ...headers, "content-length": String(size) },
        service: "s3",
        region: config.region,
        accessKeyId,
        secretAccessKey,
        ...defined({ sessionToken }),
        datetime: amzDate(config.now()),
        signQuery: true,
        allHeaders: true, // otherwise neither the type nor the size is signed
      });
      const { url } = await signer.sign();
      return { url: url.href, headers }; // browsers set the length themselves
    },
  };
}
