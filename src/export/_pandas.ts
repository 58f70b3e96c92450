import type { EngineRead, EngineTable } from "./_engine_reads.ts";
import { ESCAPED, flag, list, text } from "./_python.ts";

/** Returns the program of pandas that reads a table as `rows`. */
export function pandasProgram({ reads, columns }: EngineTable): string {
  const names = list(columns.map(({ name }) => name), "");
  return `${FUNCTIONS}\n\nfiles = [\n${reads.map(readOf).join("")}]
columns = ${names}
rows = pd.concat(files, ignore_index=True).reindex(columns=columns)
`;
}

function readOf({ paths, columns, hasHeader, quote, isEscaped }: EngineRead): string {
  const arguments_ = [
    list(paths, "        "),
    list(columns.map(({ name }) => name), "        "),
    `header=${flag(hasHeader)}`,
    `quote=${text(quote)}`,
    `escaped=${flag(isEscaped)}`,
  ];
  return `    read(\n${arguments_.map((one) => `        ${one},\n`).join("")}    ),\n`;
}

/**
 * pandas fills up a row with fewer cells in silence: every row ends with its time, so its last cell is
 * then empty. While it looks for blank lines, it drops a blank at the beginning of a row in some places
 * (seen in pandas 1.5.3), so they are left out afterwards.
 */
const FUNCTIONS = `import re
import warnings

import pandas as pd

ESCAPED = re.compile(r"${ESCAPED}", re.DOTALL)


def restore(cell):
    return cell[1:] if ESCAPED.match(cell) else cell


def read_file(path, names, header, quote):
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)  # a row with more cells
        frame = pd.read_csv(path, header=None, names=names, index_col=False, dtype=str,
                            na_filter=False, quotechar=quote, encoding_errors="replace",
                            skip_blank_lines=False)
    short = frame[frame.iloc[:, -1] == ""]
    blank = short.index[(short == "").all(axis=1)]
    if names[-1] == "timestamp":
        frame = frame.drop(blank)
        if len(short) > len(blank):
            raise ValueError(f"{path} has a row with fewer cells than columns")
    elif len(blank) > 0:
        raise ValueError(f"{path} has a blank line, or a row of empty cells")
    if header:
        # The first row is the header, which may stand once more in the middle.
        same = frame[frame.iloc[:, -1] == frame.iloc[0, -1]]
        frame = frame.drop(same.index[(same == same.iloc[0]).all(axis=1)])
    return frame


def read(paths, names, header, quote, escaped):
    frames = [read_file(path, names, header, quote) for path in paths]
    frame = pd.concat(frames, ignore_index=True)
    if escaped:
        for name in names:
            frame[name] = [restore(cell) if cell[:1] == "'" else cell for cell in frame[name]]
    return frame
`;
