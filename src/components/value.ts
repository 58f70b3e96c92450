import { cellWithFiles } from "./_cell_with_files.ts";
import { filesIn, isFileSource } from "./_find_files.ts";
import type { CellContext, Component } from "./component.ts";
import { inColumn, jsonCell } from "./_json_cell.ts";

/**
 * Returns a component for any value: text is written as text, `null` and `undefined` are an empty
 * cell, everything else is JSON. Bytes (`File`, `Blob`, `Uint8Array`, streams) anywhere in it are
 * stored next to the dataset. Gradio's FileData is only a description here: its path is not opened.
 *
 * @typeParam Value The type of the values
 *
 * @category Components
 *
 * @example Usage
 * ```ts
 * import { CSVLogger, MemoryAdapter, value } from "@flagstone/flagging";
 * import { assertEquals } from "@std/assert";
 *
 * await using logger = new CSVLogger({ storage: new MemoryAdapter(), verbose: false });
 * await logger.setup([value("prompt"), value("scores")]);
 * assertEquals(await logger.flag(["a cat", { cat: 0.9, dog: 0.1 }]), 1);
 * ```
 */
export function value<Value = unknown>(label?: string | null): Component<Value> {
  return {
    label,
    toCell(value: unknown, context: CellContext) {
      if (typeof value !== "object" || value === null) return jsonCell(value, context);
      return inColumn(context, () => {
        const files = filesIn(value, isFileSource);
        return files.length === 0 ? jsonCell(value, context) : cellWithFiles(value, context, files);
      });
    },
  };
}
