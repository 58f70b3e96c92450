import type { Dataset } from "../reader/dataset.ts";
import type { FileRef } from "../reader/sample.ts";
import type { ReadOptions, StorageAdapter } from "../storage/storage_adapter.ts";
import { partOf } from "./_byte_range.ts";
import { MAGIC_BYTES, mediaTypeOf } from "./_media.ts";
import { placeIn, sampleOf } from "./_place.ts";
import { Refusal } from "./_refusal.ts";
import { respond } from "./_respond.ts";

/** Answers with a file that a row names: by the row, the column and its number there, never by a path. */
export async function fileFor(request: Request, dataset: Dataset | null): Promise<Response> {
  const url = new URL(request.url);
  const sample = await sampleOf(dataset, placeIn(url));
  const column = url.searchParams.get("column") ?? "";
  const isColumn = dataset!.columns.some(({ name }) => name === column);
  const index = Number(url.searchParams.get("index") ?? NaN);
  const file = isColumn ? (await sample.files(column))[index] : undefined;
  if (file === undefined) throw GONE();
  return await answer(request, file, dataset!.storage);
}

const GONE = () => new Refusal(404, "Cannot find the file: it was removed, or the row names none");

async function answer(
  request: Request,
  { key, name, size }: FileRef,
  storage: StorageAdapter,
): Promise<Response> {
  const type = await typeOf(storage, key);
  const range = request.headers.has("if-range") ? null : request.headers.get("range");
  const part = partOf(range, size);
  if (part === "unsatisfiable") {
    throw new Refusal(416, "Cannot read that part of the file", {
      "content-range": `bytes */${size}`,
    });
  }
  const read = await storage.read(key, part === null ? {} : { range: part });
  if (read === null) throw GONE();
  const headers: Record<string, string> = {
    ...type === null ? attachment(name) : inline(type),
    "accept-ranges": "bytes",
    "content-length": String(read.end - read.start),
  };
  if (part !== null) headers["content-range"] = `bytes ${read.start}-${read.end - 1}/${size}`;
  return respond(read.body, { status: part === null ? 200 : 206, headers });
}

/** Reads the type of a file from its first bytes; `null` if browsers must not show it. */
export async function typeOf(storage: StorageAdapter, key: string): Promise<string | null> {
  const options: ReadOptions = { range: { start: 0, end: MAGIC_BYTES } };
  const read = await storage.read(key, options);
  if (read === null) throw GONE();
  return mediaTypeOf(new Uint8Array(await new Response(read.body).arrayBuffer()));
}

function inline(type: string): Record<string, string> {
  return { "content-type": type, "content-security-policy": "default-src 'none'; sandbox" };
}

/** What a browser saves and never shows, whatever the file says that it is. */
function attachment(name: string): Record<string, string> {
  const plain = name.replace(/[^\w.() -]/g, "_");
  const encoded = encodeURIComponent(name.toWellFormed()).replace(/['()*]/g, percent);
  return {
    "content-type": "application/octet-stream",
    "content-disposition": `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`,
    "content-security-policy": "default-src 'none'; sandbox",
  };
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
