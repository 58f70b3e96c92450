import { UploadedFile } from "../loggers/sample_uploads.ts";
import { pointerTo } from "./_json_body.ts";
import { invalid, type Refusal } from "./_refusal.ts";
import { open, seal } from "./_sealed.ts";
import type { Settings } from "./_settings.ts";

/** A file that is uploaded before its verdict. */
export interface Upload {
  /** The path of the file, relative to the dataset's directory. */
  readonly path: string;
  readonly component: string;
  readonly username: string;
  readonly size: number;
  readonly type: string;
}

interface SealedUpload extends Upload {
  /** When the handle expires, in milliseconds since 1970. */
  readonly expires: number;
}

/** The time in which a file must be uploaded and its verdict sent. */
const HOUR_MS = 3_600_000;

/** Whether files can be uploaded before their verdict. */
export function takesUploads({ files, secrets }: Settings): boolean {
  return files !== null && secrets.length > 0;
}

/** Returns what stands for an upload in the page, which can neither read nor change it. */
export async function sealHandle(upload: Upload, { secrets, now }: Settings): Promise<string> {
  const sealed: SealedUpload = { ...upload, expires: now() + HOUR_MS };
  return await seal(secrets[0]!, "upload", sealed);
}

/** Returns the upload that a handle stands for; `undefined` if it is forged or expired. */
export async function uploadOf(
  handle: string,
  { secrets, now }: Settings,
): Promise<Upload | undefined> {
  const upload = await open(secrets, "upload", handle) as SealedUpload | undefined;
  return upload !== undefined && upload.expires > now() ? upload : undefined;
}

/** Returns the file that a handle stands for, if it was uploaded whole, by this user for this component. */
export async function openHandle(
  handle: string,
  expected: Pick<Upload, "component" | "username">,
  settings: Settings,
): Promise<UploadedFile> {
  const { component, username } = expected;
  const wrong = (detail: string): Refusal =>
    invalid({ pointer: pointerTo("files", component), detail });
  const upload = await uploadOf(handle, settings);
  if (upload === undefined) {
    throw wrong("The handle is not of this server, or expired: upload again");
  }
  if (upload.component !== component || upload.username !== username) {
    throw wrong("The handle is for another component or person");
  }
  const info = await settings.logger.uploads.stat(upload.path);
  if (info === null) throw wrong("The file was not uploaded");
  if (info.size !== upload.size) {
    throw wrong(`The file has ${info.size} bytes in place of ${upload.size}: upload it again`);
  }
  return new UploadedFile(upload.path);
}
