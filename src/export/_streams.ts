import type { Export, ExportedFile } from "./export.ts";
import type { Tally } from "./_tally.ts";

const CHUNK_LENGTH = 65_536; // UTF-16 units
const encoder: TextEncoder = new TextEncoder();

/** Returns a stream of texts as UTF-8, in chunks that are worth a write. */
export function textStream(
  texts: AsyncGenerator<string, void, undefined>,
): ReadableStream<Uint8Array> {
  return byteStream(encoded(texts));
}

async function* encoded(texts: AsyncIterable<string>): AsyncGenerator<Uint8Array, void, undefined> {
  let pending = "";
  for await (const text of texts) {
    pending += text;
    if (pending.length < CHUNK_LENGTH) continue;
    yield encoder.encode(pending);
    pending = "";
  }
  if (pending !== "") yield encoder.encode(pending);
}

/** Returns a stream of bytes, which are made as they are read. */
export function byteStream(
  chunks: AsyncGenerator<Uint8Array, void, undefined>,
): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await chunks.return();
    },
  }, { highWaterMark: 0 });
}

/** An export of one file. */
export function oneFile(
  tally: Tally,
  file: Omit<ExportedFile, "body">,
  body: () => ReadableStream<Uint8Array>,
): Export {
  async function* files(): AsyncGenerator<ExportedFile, void, undefined> {
    yield await Promise.resolve({ ...file, body: body() });
  }
  return { files: files(), report: tally };
}
