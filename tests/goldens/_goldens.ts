// Reads the goldens; tests/testdata/gradio/FORMAT.md describes them.

const ROOT = new URL("../testdata/gradio/", import.meta.url);

/** One text, or one value, and Gradio's result for it. */
export interface TextVector {
  readonly id: string;
  readonly input: string | number | boolean | null;
  readonly max_bytes?: number;
  readonly output?: string | number | boolean;
  readonly raises?: unknown;
  readonly better?: { readonly output?: string; readonly property?: string };
}

/** A row, and the bytes that Python's `csv.writer` writes. */
export interface RowVector {
  readonly id: string;
  readonly row: readonly (string | number | boolean | null)[];
  readonly bytes_base64: string;
}

/** A file, and the rows that Python's `csv.reader` returns. */
export interface ReadVector {
  readonly id: string;
  readonly text: string;
  readonly rows: readonly (readonly string[])[];
  readonly count: number;
  readonly header: readonly string[] | null;
}

/** The content of a file: text, or bytes in base64. */
export interface Content {
  readonly text?: string;
  readonly base64?: string;
}

/** The files in and around the flagging directory after the last step. */
export interface GoldenResult {
  readonly dir_exists: boolean;
  readonly files: readonly (Content & { readonly path: string })[];
  readonly dirs: readonly string[];
  readonly outside?: readonly string[];
}

/** The recorded results of a step. */
export interface GoldenStep {
  readonly returns?: unknown;
  readonly raises?: unknown;
  readonly stdout?: readonly string[];
  readonly dataset_file?: string | null;
}

export type LoggerName = "CSVLogger" | "ClassicCSVLogger" | "SimpleCSVLogger" | "ChatCSVLogger";

/** A component of a scenario. */
export interface GoldenComponent {
  readonly label: string | null;
  readonly kind: string;
}

/** A sample that a step flags. */
export interface FlagStep {
  readonly op: "flag";
  readonly as: string;
  readonly data?: readonly unknown[];
  readonly option?: string | null;
  readonly username?: string | null;
  readonly like?: {
    readonly index: number | readonly [number, number];
    readonly value: unknown;
    readonly liked?: boolean | string | null;
  };
  readonly messages?: readonly unknown[];
}

export type Step =
  & { readonly expect?: GoldenStep }
  & (
    | ({ readonly op: "write"; readonly path: string } & Content)
    | { readonly op: "mkdir" | "delete"; readonly path: string }
    | {
      readonly op: "construct";
      readonly as: string;
      readonly logger: LoggerName;
      readonly options: Readonly<Record<string, unknown>>;
    }
    | {
      readonly op: "setup";
      readonly as: string;
      readonly components?: readonly GoldenComponent[];
    }
    | FlagStep
  );

export type Property =
  | "rectangular"
  | "values_under_own_header"
  | "no_silent_loss"
  | "later_rows_readable"
  | "nothing_outside"
  | "no_empty_dirs"
  | "paths_exist";

/** A transcript of one of Gradio's loggers. */
export interface Scenario {
  readonly name: string;
  readonly description: string;
  readonly logger: LoggerName;
  readonly fixtures?: Readonly<Record<string, Content>>;
  readonly macros?: Readonly<Record<string, { readonly repeat: string; readonly times: number }>>;
  readonly steps: readonly Step[];
  readonly result: GoldenResult;
  readonly better?: {
    readonly returns?: Readonly<Record<string, unknown>>;
    readonly result?: GoldenResult;
    readonly properties?: readonly Property[];
  };
}

function read(path: string): unknown {
  return JSON.parse(Deno.readTextFileSync(new URL(path, ROOT)));
}

/** A copy of a JSON value in which every text is replaced. */
export function mapTexts<T>(value: T, replace: (text: string) => string): T;
export function mapTexts(value: unknown, replace: (text: string) => string): unknown {
  if (typeof value === "string") return replace(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, replace));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, mapTexts(item, replace)]),
  );
}

function expandMacros(scenario: Scenario): Scenario {
  const { macros = {}, ...rest } = scenario;
  return Object.entries(macros).reduce<Scenario>(
    (expanded, [token, { repeat, times }]) =>
      mapTexts(expanded, (text) => text.replaceAll(token, () => repeat.repeat(times))),
    rest,
  );
}

/** The vectors of a file. */
export function readVectors<T>(file: string): T[] {
  return read(`vectors/${file}.json`) as T[];
}

/** All scenarios, in the order of their names. */
export function readScenarios(): Scenario[] {
  const files = Array.from(Deno.readDirSync(new URL("scenarios/", ROOT)), ({ name }) => name);
  return files.sort().map((file) => expandMacros(read(`scenarios/${file}`) as Scenario));
}

/** The bytes of a file. */
export function bytesOf({ text, base64 }: Content): Uint8Array {
  return base64 === undefined ? new TextEncoder().encode(text) : Uint8Array.fromBase64(base64);
}
