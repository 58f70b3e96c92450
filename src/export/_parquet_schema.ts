import type { SchemaElement } from "hyparquet";
import { chatMessages } from "../reader/chat_message.ts";
import type { Column, ColumnType } from "../reader/dataset.ts";
import { microseconds } from "../reader/microseconds.ts";
import type { Sample } from "../reader/sample.ts";

const TEXT = { type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" } as const;

/** A column of a Parquet file. */
export interface ParquetColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly elements: readonly SchemaElement[];
}

/** Returns the columns of a Parquet file; those of files hold the bytes if they are embedded. */
export function parquetColumns(columns: readonly Column[], embed: boolean): ParquetColumn[] {
  return columns.map(({ name, type }) => ({ name, type, elements: elementsOf(name, type, embed) }));
}

/** Returns the schema of a file with these columns. */
export function schemaOf(columns: readonly ParquetColumn[]): SchemaElement[] {
  return [
    { name: "root", num_children: columns.length },
    ...columns.flatMap(({ elements }) => elements),
  ];
}

function elementsOf(name: string, type: ColumnType, embed: boolean): SchemaElement[] {
  const optional = { name, repetition_type: "OPTIONAL" } as const;
  switch (type) {
    case "integer":
      return [{ ...optional, type: "INT64" }];
    case "number":
      return [{ ...optional, type: "DOUBLE" }];
    case "boolean":
      return [{ ...optional, type: "BOOLEAN" }];
    case "timestamp":
      return [{
        ...optional,
        type: "INT64",
        logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MICROS" },
      }];
    case "chat":
      return listOf(optional, [{ ...TEXT, name: "role" }, { ...TEXT, name: "content" }]);
    case "file":
      return embed ? [{ ...optional, num_children: 2 }, ...fileElements()] : [{ ...TEXT, name }];
    case "files":
      return embed ? listOf(optional, fileElements()) : [{ ...TEXT, name }];
    default:
      return [{ ...TEXT, name }];
  }
}

function fileElements(): SchemaElement[] {
  return [
    { name: "bytes", type: "BYTE_ARRAY", repetition_type: "OPTIONAL" },
    { ...TEXT, name: "path" },
  ];
}

function listOf(
  list: Pick<SchemaElement, "name" | "repetition_type">,
  children: readonly SchemaElement[],
): SchemaElement[] {
  return [
    { ...list, num_children: 1, converted_type: "LIST" },
    { name: "list", repetition_type: "REPEATED", num_children: 1 },
    { name: "element", repetition_type: "OPTIONAL", num_children: children.length },
    ...children,
  ];
}

/**
 * Returns a cell's value for a column that embeds no files; `undefined` if the text is not of its type.
 * `null` stands for a missing column, and for an empty cell that is not text.
 */
export function parquetValue(
  text: string | null,
  { name, type }: ParquetColumn,
  sample: Sample,
): unknown {
  if (text === null) return null;
  const isText = type === "text" || type === "json" || type === "file" || type === "files";
  if (isText) return text;
  if (text === "") return null;
  try {
    switch (type) {
      case "integer":
        return BigInt(sample.typed(name) as number);
      case "timestamp": {
        const time = microseconds(text);
        return time === -Infinity ? undefined : BigInt(time);
      }
      case "chat":
        return chatMessages(text) ?? undefined;
      default:
        return sample.typed(name);
    }
  } catch {
    return undefined;
  }
}
