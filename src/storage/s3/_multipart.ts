import { LinkedAbort } from "../kit/linked_abort.ts";
import { CHECKSUM, checksumOf } from "./_checksum.ts";
import type { S3Client } from "./_client.ts";
import type { S3Context } from "./_request.ts";
import { faultError, faultOfElement, readFault } from "./_errors.ts";
import { versionOf } from "./_etag.ts";
import { versionWritten } from "./_put.ts";
import { statObject } from "./_read.ts";
import type { S3Reply } from "./_reply.ts";
import { childText, escapeXml, type XmlElement } from "./_xml.ts";
import type { ObjectVersion } from "../storage_adapter.ts";

/** The time limit of the clean-up of a failed upload. */
const ABORT_MS = 10_000;

/** An upload in parts. Nothing is visible before {@linkcode MultipartUpload.complete}. */
export class MultipartUpload {
  readonly #client: S3Client;
  readonly #key: string;
  readonly #id: string;
  readonly #parts: { readonly etag: string; readonly checksum: string | undefined }[] = [];

  /** Continues an upload that was started. */
  private constructor(client: S3Client, key: string, id: string) {
    this.#client = client;
    this.#key = key;
    this.#id = id;
  }

  /** Starts an upload; `headers` are the content type and the metadata of the object. */
  static async begin(
    client: S3Client,
    key: string,
    headers: Readonly<Record<string, string>>,
    context: S3Context,
  ): Promise<MultipartUpload> {
    const reply = await client.send({
      method: "POST",
      key,
      query: { uploads: "" },
      headers: { ...headers, ...(client.checksums && { "x-amz-checksum-algorithm": "SHA256" }) },
    }, context);
    const root = await resultOf(reply, "InitiateMultipartUploadResult", context);
    const id = childText(root, "UploadId") ?? "";
    if (id === "") throw reply.corrupt(context, "it has no UploadId");
    return new MultipartUpload(client, key, id);
  }

  /** Sends a part. Numbers start at 1. */
  async put(number: number, body: Uint8Array<ArrayBuffer>, context: S3Context): Promise<void> {
    const checksum = this.#client.checksums ? await checksumOf(body) : undefined;
    const reply = await this.#client.send({
      method: "PUT",
      key: this.#key,
      query: { partNumber: `${number}`, uploadId: this.#id },
      headers: checksum === undefined ? {} : { [CHECKSUM]: checksum },
      body,
    }, context);
    if (!reply.ok) throw faultError(await readFault(reply, context), context);
    this.#parts[number - 1] = { etag: await versionWritten(reply, context), checksum };
  }

  /** Creates the object from the parts in one step. */
  async complete(context: S3Context): Promise<ObjectVersion> {
    const parts = this.#parts.map(({ etag, checksum }, i) => {
      const sum = checksum === undefined ? "" : `<ChecksumSHA256>${checksum}</ChecksumSHA256>`;
      return `<Part><PartNumber>${i + 1}</PartNumber><ETag>${escapeXml(`"${etag}"`)}</ETag>${sum}` +
        "</Part>";
    });
    const reply = await this.#client.send({
      method: "POST",
      key: this.#key,
      query: { uploadId: this.#id },
      headers: { "content-type": "application/xml" },
      body: new TextEncoder().encode(
        `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${
          parts.join("")
        }</CompleteMultipartUpload>`,
      ),
    }, context);
    const root = await resultOf(reply, "CompleteMultipartUploadResult", context);
    const etag = childText(root, "ETag") ?? reply.headers.get("etag");
    if (etag) return versionOf(etag);
    const info = await statObject(this.#client, this.#key, context);
    if (info === null) throw reply.corrupt(context, "the object is missing");
    return info.version;
  }

  /**
   * Removes the parts. Its failure is ignored: the reason why the upload failed matters more, and the
   * store's own rules expire incomplete uploads.
   */
  async abort(context: S3Context): Promise<void> {
    const limit = new LinkedAbort(undefined);
    const timer = setTimeout(() => limit.abort(new Error("too late")), ABORT_MS);
    try {
      const request = {
        method: "DELETE",
        key: this.#key,
        query: { uploadId: this.#id },
      } as const;
      const reply = await this.#client.send(request, { ...context, signal: limit.signal });
      await reply.drop();
    } catch {
      // The store expires the parts.
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The document of a reply. An error may have a status of success. */
async function resultOf(reply: S3Reply, name: string, context: S3Context): Promise<XmlElement> {
  if (!reply.ok) throw faultError(await readFault(reply, context), context);
  const root = await reply.xml(context);
  if (root.name === name) return root;
  if (root.name === "Error") throw faultError(faultOfElement(root, reply), context);
  throw reply.corrupt(context, `it is <${root.name}> instead of <${name}>`);
}
