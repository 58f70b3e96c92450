import { parse } from "@std/csv";
import { standIns } from "./_stand_in.ts";
import { BYTE_ORDER_MARK } from "./encode.ts";

/**
 * Reads the cells of one record: the text between two line ends that a `RecordScanner` found. The
 * exact inverse of `encodeRow`.
 *
 * Damaged quoting is read leniently, never refused.
 *
 * @example Usage
 * ```ts
 * import { decodeRecord } from "@flagstone/flagging";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(decodeRecord('a,"line 1\r\nline 2"'), ["a", "line 1\r\nline 2"]);
 * ```
 */
export function decodeRecord(record: string): string[] {
  if (record === "") return [];
  if (!record.includes('"')) return record.split(",");
  return /[\r\n]/.test(record) || record.startsWith(BYTE_ORDER_MARK)
    ? parseHidden(record)
    : parseLine(record);
}

function parseLine(record: string): string[] {
  return parse(record, { lazyQuotes: true })[0] ?? [];
}

/** `parse` rewrites line breaks inside quotes and drops a leading byte order mark: it sees neither. */
function parseHidden(record: string): string[] {
  const [cr = "", lf = "", bom = ""] = standIns(record, 3);
  const hidden = record
    .replaceAll("\r", cr).replaceAll("\n", lf).replaceAll(BYTE_ORDER_MARK, bom);
  return parseLine(hidden).map((cell) =>
    cell.replaceAll(cr, "\r").replaceAll(lf, "\n").replaceAll(
      bom,
      BYTE_ORDER_MARK,
    )
  );
}
