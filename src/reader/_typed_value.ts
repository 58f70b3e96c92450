import { chatMessages } from "./chat_message.ts";
import type { Column, ColumnType } from "./dataset.ts";
import { pathsIn } from "./resolve_file.ts";

const INTEGER = /^[+-]?\d+$/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$|^[+-]?(?:Infinity|inf)$|^NaN$|^nan$/;
const BOOLEAN = /^(?:true|false|True|False)$/;
const TIMESTAMP = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?$/;

/** Whether a text, which is not empty, is a value of a type. */
export const FITS: Readonly<Record<ColumnType, (text: string) => boolean>> = {
  text: () => true,
  json: (text) => parsed(text) !== undefined,
  integer: (text) => INTEGER.test(text) && Number.isSafeInteger(Number(text)),
  number: (text) => NUMBER.test(text),
  boolean: (text) => BOOLEAN.test(text),
  timestamp: (text) => TIMESTAMP.test(text) && !Number.isNaN(timeOf(text)),
  file: (text) => !/[\n\r]/.test(text),
  files: () => true,
  chat: (text) => chatMessages(text) !== null,
};

const VALUE: Readonly<Record<ColumnType, (text: string) => unknown>> = {
  text: (text) => text,
  json: (text) => JSON.parse(text),
  integer: Number,
  number: (text) => Number(text.replace(/inf$/, "Infinity").replace(/^nan$/, "NaN")),
  boolean: (text) => /^t/i.test(text),
  timestamp: (text) => new Date(timeOf(text)),
  file: (text) => pathsIn(text)[0]?.path ?? null,
  files: (text) => pathsIn(text).map(({ path }) => path),
  chat: chatMessages,
};

/** The value of a cell by the type of its column. */
export function typedValue(
  cell: string | null,
  { name, type }: Column,
  { key, start }: { readonly key: string; readonly start: number },
): unknown {
  if (cell === null || cell === "" && type !== "text") return null;
  if (FITS[type](cell)) return VALUE[type](cell);
  const shown = JSON.stringify(cell.length > 60 ? `${cell.slice(0, 60)}…` : cell);
  throw new TypeError(
    `Cannot read ${shown} in the column ${JSON.stringify(name)} as ${type}: it is in "${key}" at ` +
      `byte ${start}; use the type "text"`,
  );
}

/** The milliseconds since 1970 of a timestamp; UTC if it does not say another zone. */
export function timeOf(text: string): number {
  const iso = text.replace(" ", "T");
  return Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(iso) ? iso : `${iso}Z`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
