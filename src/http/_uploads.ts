import type { FieldError } from "../feedback/problem.ts";
import type { UploadTarget } from "../feedback/feedback_request.ts";
import { BodyReader, textOf } from "./_body.ts";
import { sealHandle, type Upload, uploadOf } from "./_handle.ts";
import { objectOf, refuseForged } from "./_json_body.ts";
import { ownerOf } from "./_owner.ts";
import { invalid, plainRefusal, refusal } from "./_refusal.ts";
import { json } from "./_respond.ts";
import type { Settings } from "./_settings.ts";

const MAX_NAME = 255;
const MAX_TYPE = 127;

/** An `UploadRequest` with its defaults. */
interface FileRequest {
  readonly ticket: string | undefined;
  readonly component: string;
  readonly name: string;
  readonly type: string;
  readonly size: number;
}

/** Answers a request to upload a file: where the bytes go, and what stands for the file. */
export async function startUpload(
  request: Request,
  { username, url }: { readonly username: string | undefined; readonly url: URL },
  settings: Settings,
): Promise<Response> {
  const { logger, signer, maxBodyBytes, bodyTimeoutMs } = settings;
  const text = await textOf(request, { maxBytes: maxBodyBytes, timeoutMs: bodyTimeoutMs });
  const { ticket, component, name, size, type } = uploadRequestOf(text, settings);
  const owner = await ownerOf({ ticket, username }, settings);
  const path = await logger.uploads.newPath({
    component: logger.components[component]!.label ?? component,
    name,
    type,
  });
  const upload: Upload = { path, component, username: owner, size, type };
  const handle = await sealHandle(upload, settings);
  const target = signer === undefined
    ? { url: `${url.origin}${settings.base}/uploads/${handle}`, headers: { "content-type": type } }
    : await signer.sign({ key: logger.uploads.keyOf(path), size, type });
  const body: UploadTarget = { handle, ...target };
  return json(body, 201);
}

function uploadRequestOf(text: string, settings: Settings): FileRequest {
  const body = objectOf(text);
  refuseForged(body);
  const { ticket, component, name = "", size } = body;
  const type = body.type || "application/octet-stream"; // a browser that knows no type sends ""
  const errors: FieldError[] = [];
  const check = (pointer: string, isRight: boolean, detail: string) => {
    if (!isRight) errors.push({ pointer, detail });
  };
  check("/ticket", ticket === undefined || typeof ticket === "string", "It is not a ticket");
  const { components, uploads } = settings.logger;
  const isFile = typeof component === "string" && Object.hasOwn(components, component) &&
    components[component]!.holdsFiles !== undefined;
  check("/component", isFile, "It is not a component that holds files");
  check("/name", typeof name === "string" && name.length <= MAX_NAME, "It is not a file's name");
  const isType = typeof type === "string" && type.length <= MAX_TYPE &&
    /^[\w.+-]+\/[\w.+-]+(?:;[ -~]*)?$/.test(type);
  check("/type", isType, "It is not a media type");
  check("/size", Number.isSafeInteger(size) && Number(size) > 0, "It is not a number of bytes");
  if (errors.length > 0) throw invalid(...errors);
  const limit = Math.min(settings.files!.maxUploadBytes, uploads.maxBytes);
  if (Number(size) > limit) {
    throw refusal("too-large", { detail: `The largest file has ${limit} bytes`, limit });
  }
  return {
    ticket: ticket as string | undefined,
    component: component as string,
    name: name as string,
    type: type as string,
    size: Number(size),
  };
}

/** Stores the bytes of an upload that passes through the endpoint. */
export async function receiveUpload(
  request: Request,
  { handle, username }: { readonly handle: string; readonly username: string | undefined },
  settings: Settings,
): Promise<Response> {
  const upload = settings.signer === undefined ? await uploadOf(handle, settings) : undefined;
  const isForeign = username !== undefined && upload?.username !== username;
  if (upload === undefined || isForeign) throw plainRefusal(404);
  const { uploads } = settings.logger;
  const { path, size } = upload;
  const existing = await uploads.stat(path);
  // The answer to the first PUT was lost. Nothing may replace the bytes that a row names.
  if (existing?.size === size) {
    await request.body?.cancel();
    return new Response(null, { status: 204 });
  }
  const body = new BodyReader(request, { maxBytes: size, timeoutMs: settings.bodyTimeoutMs });
  let failure: unknown;
  const stream = wholeStream(body, size, (error) => failure = error);
  try {
    await uploads.write(path, stream, upload);
  } catch (error) {
    throw failure ?? error; // an adapter may wrap what the stream throws
  } finally {
    body.end();
  }
  return new Response(null, { status: 204 });
}

/** Returns the bytes of a body as a stream, which fails if there are fewer than were announced. */
function wholeStream(
  body: BodyReader,
  size: number,
  onError: (error: unknown) => void,
): ReadableStream<Uint8Array> {
  let received = 0;
  return new ReadableStream({
    async pull(controller) {
      try {
        const chunk = await body.read();
        received += chunk?.length ?? 0;
        if (chunk !== undefined) controller.enqueue(chunk);
        else if (received === size) controller.close();
        else throw refusal("malformed", { detail: `The file has ${received} bytes, not ${size}` });
      } catch (error) {
        onError(error);
        controller.error(error);
      }
    },
  }, { highWaterMark: 0 });
}
