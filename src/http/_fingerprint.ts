import { fnv1a } from "../storage/kit/fnv1a.ts";
import { hex } from "../storage/kit/hex.ts";
import { UploadedFile } from "../loggers/sample_uploads.ts";
import type { Submission } from "./_submission.ts";
import type { Verdict } from "./_verdict.ts";

/** The prime of a second hash: who makes both collide deceives only the owner of the key. */
const OTHER_PRIME = 0x01000195;

async function hashOf(file: File): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer())));
}

/** Returns a text that two requests have in common only if they say the same. */
export async function fingerprintOf(
  { files }: Submission,
  { sample, username, texts, replaces }: Verdict,
): Promise<string> {
  const hashes: [name: string, file: string, hash: string][] = [];
  for (const [name, list] of Object.entries(files)) {
    for (const file of list) hashes.push([name, file.name, await hashOf(file)]);
  }
  const { flag, reason, comment, subject } = texts;
  const said = [username, flag, reason, comment, subject, replaces].map((text) => text ?? null);
  const json = JSON.stringify([said, sample, hashes], (_, value) => {
    return value instanceof UploadedFile ? value.path : value;
  });
  const bytes = new TextEncoder().encode(json);
  return `${fnv1a(bytes)} ${fnv1a(bytes, OTHER_PRIME)} ${bytes.length}`;
}
