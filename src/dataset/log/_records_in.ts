import { concat } from "@std/bytes/concat";
import { RecordSplitter } from "../../csv/record_splitter.ts";
import type { StorageAdapter } from "../../storage/storage_adapter.ts";
import { decodeAny } from "./boundary.ts";

const LF = Uint8Array.of(0x0a);

/** Reads the records in a part of an object; none if the object is missing or shorter. */
export async function recordsIn(
  storage: StorageAdapter,
  key: string,
  { start, end }: { readonly start: number; readonly end: number },
): Promise<string[][]> {
  const read = await storage.read(key, { range: { start, end } });
  const bytes = concat([...await Array.fromAsync(read?.body ?? []), LF]);
  return bytes.length > end - start ? new RecordSplitter().push(bytes).map(decodeAny) : [];
}
