import { createHash } from "node:crypto";
import { openDataset } from "@flagstone/flagging/dataset";

/** What is compared of a column. */
export interface ColumnProfile {
  /** The number of rows that have a text, also an empty one. */
  readonly texts: number;
  readonly nulls: number;
  /** The sum of the first 32 bits of each text's MD5, whatever the order of the rows. */
  readonly hash: number;
}

/** Returns what this package reads, by the columns in their order. */
export async function profileOf(dir: string): Promise<ColumnProfile[]> {
  await using dataset = await openDataset(dir);
  const names = dataset.columns.map(({ name }) => name);
  const counts = names.map(() => new Map<string | null, number>());
  for await (const { values } of dataset.rows()) {
    for (const [i, name] of names.entries()) {
      const text = values[name]!;
      counts[i]!.set(text, (counts[i]!.get(text) ?? 0) + 1);
    }
  }
  return counts.map(profileOfCounts);
}

function profileOfCounts(counts: ReadonlyMap<string | null, number>): ColumnProfile {
  let [texts, nulls, hash] = [0, 0, 0];
  for (const [text, count] of counts) {
    if (text === null) nulls += count;
    else {
      texts += count;
      hash += createHash("md5").update(text).digest().readUInt32BE(0) * count;
    }
  }
  return { texts, nulls, hash };
}
