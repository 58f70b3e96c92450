import type { Base } from "./_part_writer.ts";

/** The metadata of the last additions to an object. */
const BATCHES = "flagstone-batches";

/**
 * The number of additions that are kept: other writers may add about ten a second while one waits for
 * an answer. S3 allows 2 KB of metadata.
 */
const KEPT = 100;

/** The names of the last additions to an object, the latest one last. */
export function batchesOf({ metadata }: Base): readonly string[] {
  return metadata?.[BATCHES]?.split(" ") ?? [];
}

/** Returns the metadata of an object after an addition. */
export function withBatch(
  metadata: Readonly<Record<string, string>>,
  batch: string | undefined,
): Readonly<Record<string, string>> {
  if (batch === undefined) return metadata;
  const kept = [...batchesOf({ metadata }), batch].slice(-KEPT);
  return { ...metadata, [BATCHES]: kept.join(" ") };
}

/** Creates the name of an addition. */
export function newBatch(): string {
  return crypto.randomUUID().slice(0, 8);
}
