import type { ReadResult } from "../storage_adapter.ts";
import type { ReadCall, StoredInfo, StoredRange } from "./driver_calls.ts";
import { refuseVersion } from "./preconditions.ts";
import { resolveRange } from "./range.ts";

/**
 * Reads a range that may be empty, which HTTP cannot express: its offsets follow from the size of
 * the object. Returns `undefined` if the range is not empty.
 */
export async function readNothing(
  { attempt, range, ifVersion }: Omit<ReadCall, "key">,
  stat: () => Promise<StoredInfo | null>,
): Promise<StoredRange | null | undefined> {
  const info = await stat();
  if (info === null) return null;
  refuseVersion(ifVersion, info.version, attempt);
  const { start, end } = resolveRange(range, info.size, attempt);
  if (start !== end) return undefined;
  const body: ReadResult["body"] = new ReadableStream({
    start: (controller) => controller.close(),
  });
  return { info, start, end, body };
}
