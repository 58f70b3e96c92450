import { LinkedAbort } from "../kit/linked_abort.ts";
import type { S3Client } from "./_client.ts";
import type { S3Context } from "./_request.ts";
import { faultError, faultOfElement, readFault } from "./_errors.ts";
import { versionOf } from "./_etag.ts";
import { versionWritten } from "./_put.ts";
import { statObject } from "./_read.ts";
import type { S3Reply } from "./_reply.ts";
import { childText, escapeXml, type XmlElement } from "./_xml.ts";
import type { ObjectVersion } from "../storage_adapter.ts";

/** How long the clean-up of a failed upload may take. */
const ABORT_MS = 10_000;

/** An upload in parts: nothing of it can be seen before {@linkcode MultipartUpload.complete}. */
export class MultipartUpload {
  readonly #client: S3Client;
  readonly #key: string;
  readonly #id: string;
  readonly #etags: string[] = [];

  /** Continues an upload that was begun. */
  private constructor(client: S3Client, key: string, id: string) {
    this.#client = client;
    this.#key = key;
    this.#id = id;
  }

  /** Begins an upload; `headers` are the content type and metadata of the object to be. */
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
      headers,
    }, context);
    const root = await resultOf(reply, "InitiateMultipartUploadResult", context);
    const id = childText(root, "UploadId") ?? "";
    if (id === "") throw reply.corrupt(context, "it has no UploadId");
    return new MultipartUpload(client, key, id);
  }

  /** Sends a part; the numbers are 1 and on. */
  async put(number: number, body: Uint8Array<ArrayBuffer>, context: S3Context): Promise<void> {
    const reply = await this.#client.send({
      method: "PUT",
      key: this.#key,
      query: { partNumber: `${number}`, uploadId: this.#id },
      body,
    }, context);
    if (!reply.ok) throw faultError(await readFault(reply, context), context);
    this.#etags[number - 1] = await versionWritten(reply, context);
  }

  /** Makes the object of the parts, all at once. */
  async complete(context: S3Context): Promise<ObjectVersion> {
    const parts = this.#etags.map((etag, i) =>
      `<Part><PartNumber>${i + 1}</PartNumber><ETag>${escapeXml(`"${etag}"`)}</ETag></Part>`
    );
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
   * Takes the parts away. Its failure is not told: what the upload failed of matters more, and the
   * store's own rules for incomplete uploads remove what is left.
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
      // Nothing more can be done.
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The document of a reply; an error may come with a status of success. */
async function resultOf(reply: S3Reply, name: string, context: S3Context): Promise<XmlElement> {
  if (!reply.ok) throw faultError(await readFault(reply, context), context);
  const root = await reply.xml(context);
  if (root.name === name) return root;
  if (root.name === "Error") throw faultError(faultOfElement(root, reply), context);
  throw reply.corrupt(context, `<${root.name}> came for <${name}>`);
}
