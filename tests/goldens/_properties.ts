// The properties of FORMAT.md, which a result must have that is not recorded in full.
import { assert } from "@std/assert";
import { isSameCell, parseCsv } from "./_cells.ts";
import { TIMESTAMP } from "./_compare.ts";
import type { Property } from "./_goldens.ts";
import type { Played, Sample, SampleField } from "./_play.ts";
import type { Observed } from "./_stage.ts";

interface Table {
  readonly path: string;
  readonly records: readonly (readonly string[])[];
}

/** The CSV files of the dataset itself; copies of files lie deeper. */
function tablesOf({ files }: Observed): Table[] {
  return files
    .filter(({ path }) => /^[^/]*\.csv$/.test(path))
    .map(({ path, bytes }) => ({ path, records: parseCsv(new TextDecoder().decode(bytes)) }));
}

/** Whether a cell is a text, escaped or not; a file has no unpaired surrogates. */
function isEscaped(cell: string, text: string): boolean {
  const kept = text.toWellFormed();
  return cell === kept || cell === `'${kept}`;
}

/** Returns the part of a name that a safe name begins with. */
function plain(name: string): string {
  return name.normalize("NFC").replace(/[^\p{L}\p{N}]/gu, "");
}

function baseNames(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  const { path } = value as { path?: unknown };
  return typeof path === "string"
    ? [path.slice(path.lastIndexOf("/") + 1)]
    : Object.values(value).flatMap(baseNames);
}

/** Whether a cell shows a value. */
function shows(cell: string, { value, contents }: SampleField): boolean {
  if (value === null || value === undefined) return cell === "";
  if (typeof value === "string") return isEscaped(cell, value);
  if (contents.length > 0) {
    return baseNames(value).every((name) => plain(cell).includes(plain(name).slice(0, 20)));
  }
  return isSameCell(cell, JSON.stringify(value));
}

/** Whether a row has the values of a sample, each in a separate cell, in their order. */
function holds(row: readonly string[], { fields }: Sample): boolean {
  let next = 0;
  for (const cell of row) {
    const field = fields[next];
    if (field !== undefined && shows(cell, field)) next++;
  }
  return next === fields.length;
}

/** Whether a row is that of a sample, each value under its own header. */
function isUnder(header: readonly string[], row: readonly string[], { fields }: Sample): boolean {
  let next = 0;
  const fits = header.every((name, i) => {
    const field = fields[next];
    const cell = row[i] ?? "";
    if (field !== undefined && isEscaped(name, field.column ?? "")) {
      next++;
      return shows(cell, field);
    }
    if (name === "timestamp") return new RegExp(`^${TIMESTAMP.source}$`).test(cell);
    return ["flag", "username"].includes(name) && cell === "";
  });
  return fits && next === fields.length && row.length === header.length;
}

function kept({ samples }: Played): Sample[] {
  return samples.filter(({ failed }) => !failed);
}

function describe({ fields }: Sample): string {
  return JSON.stringify(fields.map(({ column, value }) => [column, value]));
}

function rectangular({ observed }: Played): void {
  for (const { path, records } of tablesOf(observed)) {
    const width = records[0]?.length;
    for (const row of records) {
      assert(
        row.length === width,
        `${path} has a row of ${row.length} cells, not ${width}: ${row}`,
      );
    }
  }
}

function valuesUnderOwnHeader(played: Played): void {
  const rows = tablesOf(played.observed).flatMap(({ records: [header = [], ...rows] }) =>
    rows.map((row) => ({ header, row }))
  );
  for (const sample of kept(played)) {
    const found = rows.findIndex(({ header, row }) => isUnder(header, row, sample));
    assert(found !== -1, `No row has, under their own headers, ${describe(sample)}`);
    rows.splice(found, 1);
  }
  // Rows that were there before have no timestamps like these.
  const others = rows.filter(({ row }) => row.some((cell) => TIMESTAMP.test(cell)));
  assert(others.length === 0, `No sample of its own has the row ${others[0]?.row}`);
}

function noSilentLoss(played: Played): void {
  const rows = tablesOf(played.observed).flatMap(({ records }) => records);
  for (const sample of kept(played)) {
    assert(rows.some((row) => holds(row, sample)), `Lost in silence: ${describe(sample)}`);
  }
}

function laterRowsReadable(played: Played): void {
  const tables = tablesOf(played.observed);
  const samples = kept(played);
  assert(samples.length > 0, "Every sample was refused");
  for (const sample of samples) {
    const isReadable = tables.some(({ records }) =>
      records.some((row) => row.length === records[0]!.length && holds(row, sample))
    );
    assert(isReadable, `No row of its own has ${describe(sample)}`);
  }
}

function nothingOutside({ observed: { outside } }: Played): void {
  assert(outside.length === 0, `Outside of the flagging directory: ${outside}`);
}

function noEmptyDirs({ observed: { dirs, files }, madeDirs }: Played): void {
  for (const dir of dirs ?? []) {
    const isEmpty = !files.some(({ path }) => path.startsWith(`${dir}/`));
    assert(!isEmpty || madeDirs.includes(dir), `The directory ${dir} is empty`);
  }
}

function pathsIn(json: unknown): string[] {
  if (typeof json === "string") return [json];
  if (Array.isArray(json)) return json.flatMap(pathsIn);
  const { path, ...others } = Object(json) as { path?: unknown };
  return path === undefined ? Object.values(others).flatMap(pathsIn) : pathsIn(path);
}

function pathsOf(cell: string): string[] {
  return /^[[{]/.test(cell) ? pathsIn(JSON.parse(cell)) : [cell];
}

function pathsExist(played: Played): void {
  const { observed: { files } } = played;
  const copies = new Map(files.map(({ path, bytes }) => [path, bytes.toBase64()]));
  const rows = tablesOf(played.observed).flatMap(({ records }) => records);
  for (const sample of kept(played)) {
    for (const field of sample.fields.filter(({ contents }) => contents.length > 0)) {
      const expected = field.contents.map((bytes) => bytes.toBase64());
      const isNamed = rows.filter((row) => holds(row, sample)).flat()
        .filter((cell) => shows(cell, field))
        .some((cell) => `${pathsOf(cell).map((path) => copies.get(path))}` === `${expected}`);
      assert(isNamed, `No cell names the copies of ${describe(sample)}`);
    }
  }
}

/** Asserts a property, by its name. */
export const PROPERTIES: Readonly<Record<Property, (played: Played) => void>> = {
  rectangular,
  values_under_own_header: valuesUnderOwnHeader,
  no_silent_loss: noSilentLoss,
  later_rows_readable: laterRowsReadable,
  nothing_outside: nothingOutside,
  no_empty_dirs: noEmptyDirs,
  paths_exist: pathsExist,
};
