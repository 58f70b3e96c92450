import type { Piece } from "../reader/dataset.ts";
import type { Command } from "./command.ts";
import { EXIT } from "./exit.ts";
import { bytesShown } from "./_rows.ts";
import { RowsOutput } from "./_rows_output.ts";
import { DATASET_FLAGS, datasetOf } from "./_source.ts";

/** Lists data files. */
export const command: Command = {
  summary: "list the data files",
  usage: "[SOURCE]",
  flags: {
    ...DATASET_FLAGS,
    pieces: { help: "list each part and segment" },
    json: { help: "print JSON Lines" },
  },
  example: "flagstone ls ./flagged",
  async run(context) {
    const { args: [source = "./flagged"], flags, terminal } = context;
    const { pieces } = await datasetOf(source, context);
    const json = flags.has("json");
    const size = (bytes: number) => terminal.isTerminal && !json ? bytesShown(bytes) : bytes;
    if (flags.has("pieces")) {
      const output = new RowsOutput(terminal, ["key", "file", "bytes", "columns"], { json });
      for (const { key, file, bytes, columns } of pieces) {
        await output.add([key, file, size(bytes), columns.join(", ")]);
      }
      await output.flush();
      return EXIT.done;
    }
    const output = new RowsOutput(terminal, ["file", "pieces", "bytes", "columns"], { json });
    for (const [file, own] of Map.groupBy(pieces, ({ file }) => file)) {
      const bytes = own.reduce((sum, piece) => sum + piece.bytes, 0);
      await output.add([file, own.length, size(bytes), columnsOf(own).join(", ")]);
    }
    await output.flush();
    return EXIT.done;
  },
};

function columnsOf(pieces: readonly Piece[]): string[] {
  return [...new Set(pieces.flatMap(({ columns }) => columns))];
}
