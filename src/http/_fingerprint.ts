import { hex } from "../storage/kit/hex.ts";
import { UploadedFile } from "../loggers/sample_uploads.ts";
import type { Submission } from "./_submission.ts";
import type { Verdict } from "./_verdict.ts";

async function sha256(bytes: BufferSource): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

/** Returns a text that two requests have in common only if they say the same. */
export async function fingerprintOf(
  { files }: Submission,
  { sample, username, texts, replaces }: Verdict,
): Promise<string> {
  const hashes: [name: string, file: string, hash: string][] = [];
  for (const [name, list] of Object.entries(files)) {
    for (const file of list) hashes.push([name, file.name, await sha256(await file.arrayBuffer())]);
  }
  const { flag, reason, comment, subject } = texts;
  const said = [username, flag, reason, comment, subject, replaces].map((text) => text ?? null);
  const json = JSON.stringify([said, sample, hashes], (_, value) => {
    return value instanceof UploadedFile ? value.path : value;
  });
  return await sha256(new TextEncoder().encode(json));
}
