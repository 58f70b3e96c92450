import type { FileSource } from "../components/component.ts";
import { isBlob } from "../components/file_source.ts";
import { extensionOf, storedType } from "../components/media_type.ts";
import { asciiName, pathSegment } from "../components/safe_name.ts";
import { Backoff } from "../storage/kit/backoff.ts";
import { hex } from "../storage/kit/hex.ts";
import { isUnknown } from "../storage/outcome.ts";
import { isTransient } from "../storage/storage_error.ts";
import { isValidKey } from "../storage/validate_key.ts";
import type { FilePlace } from "./_file_place.ts";

/** Returns the path of a new file, relative to the dataset's directory. */
export function pathFor(
  { asciiNames, fileName }: FilePlace,
  column: string,
  name: string,
  source: FileSource,
): string {
  const segment = (text: string) => pathSegment(asciiNames ? asciiName(text) : text);
  const random = hex(crypto.getRandomValues(new Uint8Array(10)));
  const named = name.replace(/^.*[/\\]/s, "") || `file${isBlob(source) ? extensionOf(source) : ""}`;
  const label = segment(column);
  // A directory must not take the name of a data file.
  const isDataFile = /\.csv$/i.test(label) || label.toLowerCase() === fileName?.toLowerCase();
  return `${label}${isDataFile ? "_" : ""}/${random}/${segment(named)}`;
}

/** Stores a file. Retries are safe because no other file has this key; a stream is read only once. */
export async function writeFile(
  { storage, retry }: FilePlace,
  key: string,
  source: FileSource,
): Promise<void> {
  const mayPass = (error: unknown): boolean =>
    !(source instanceof ReadableStream) && (isTransient(error) || isUnknown(error));
  await new Backoff(retry).repeat(mayPass, async () => {
    if (!isBlob(source)) return void await storage.write(key, source);
    // Adapters accept only streams of their own realm.
    const body = source instanceof Blob
      ? source.stream()
      : new Uint8Array(await (source as Blob).arrayBuffer());
    const contentType = storage.capabilities.metadata ? storedType(source) : undefined;
    await storage.write(key, body, { size: source.size, contentType });
  });
}

/** Opens an object of the storage; `null` if there is none. */
export async function openFile(
  { storage, retry }: FilePlace,
  path: string,
): Promise<ReadableStream<Uint8Array> | null> {
  if (!isValidKey(path)) return null;
  const found = await new Backoff(retry).repeat(isTransient, () => storage.read(path));
  return found?.body ?? null;
}
