import { assert, assertEquals } from "@std/assert";
import { walk } from "@std/fs/walk";
import { fromFileUrl } from "@std/path/from-file-url";

const ROOT = fromFileUrl(new URL("../", import.meta.url));
const MOST_LINES = 450;

/** The floors of src, the lowest first. Each imports only those below it. */
const FLOORS = ["storage", "csv", "dataset", "components", "loggers", "http", "cli"];

/** What a floor may import of the floors below it, where that is not everything. */
const NARROWER: Readonly<Record<string, readonly string[]>> = {
  csv: [], // pure functions
  components: ["src/storage/validate_key.ts"], // which names are keys
};

/** Which packages a floor imports, where it is not everybody's to import them. */
const PACKAGES: Readonly<Record<string, (file: string) => boolean>> = {
  "@std/csv": (file) => file.startsWith("src/csv/"),
  "@std/assert": (file) => file.startsWith("src/storage/conformance"),
};

interface SourceFile {
  /** The path below the repository. */
  readonly path: string;
  readonly lines: number;
  /** What it imports: paths below the repository, or packages. */
  readonly imports: readonly string[];
}

/** What a module imports or exports from elsewhere, at its top or anywhere in it. */
function importsOf(path: string, text: string): string[] {
  const code = text.replace(/\/\*[^]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  const found = code.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*)"([^"]+)"/g);
  return [...found].map(([, specifier]) => {
    if (!specifier!.startsWith(".")) return specifier!;
    return fromFileUrl(new URL(specifier!, `file://${ROOT}${path}`)).slice(ROOT.length);
  });
}

async function readSource(path: string): Promise<SourceFile> {
  const text = await Deno.readTextFile(ROOT + path);
  return { path, lines: text.split("\n").length - 1, imports: importsOf(path, text) };
}

async function sources(): Promise<SourceFile[]> {
  const found: SourceFile[] = [];
  for await (const { path } of walk(`${ROOT}src`, { includeDirs: false })) {
    if (path.endsWith(".ts")) found.push(await readSource(path.slice(ROOT.length)));
  }
  return found;
}

function floorOf(path: string): string {
  return path.split("/")[1]!;
}

/** Why a file must not import another one, or `undefined`. */
function objection(path: string, imported: string): string | undefined {
  if (!imported.startsWith("src/")) {
    const mayImport = PACKAGES[imported] ?? (() => !imported.endsWith(".ts"));
    return mayImport(path) ? undefined : `${path} imports ${imported}`;
  }
  const [own, other] = [floorOf(path), floorOf(imported)];
  if (own === other) return undefined;
  const below = FLOORS.indexOf(other) < FLOORS.indexOf(own);
  if (!below) return `${path} imports ${imported}, which is not below it`;
  const narrower = other === "storage" || own === "csv" ? NARROWER[own] : undefined;
  return narrower?.includes(imported) === false
    ? `${path} imports ${imported}, which its floor must not know`
    : undefined;
}

Deno.test("Every file of src is on a floor, and imports only what is below it", async () => {
  const files = await sources();
  assert(files.length > 20);
  for (const { path } of files) assert(FLOORS.includes(floorOf(path)), path);
  const objections = files.flatMap(({ path, imports }) =>
    imports.map((imported) => objection(path, imported)).filter((why) => why !== undefined)
  );
  assertEquals(objections, []);
});

Deno.test("The check of floors finds what it is for", () => {
  assertEquals(importsOf("src/csv/a.ts", 'export { x } from "../storage/b.ts";'), [
    "src/storage/b.ts",
  ]);
  assertEquals(importsOf("src/a.ts", '/** import { x } from "y"; */\n// import "z";\n'), []);
  assertEquals(importsOf("src/a.ts", 'await import("x");\nimport "y";'), ["x", "y"]);
  assert(objection("src/storage/a.ts", "src/csv/b.ts"));
  assert(objection("src/csv/a.ts", "src/storage/b.ts"));
  assert(objection("src/dataset/a.ts", "src/loggers/b.ts"));
  assert(objection("src/components/a.ts", "src/storage/memory_adapter.ts"));
  assert(objection("src/storage/a.ts", "@std/csv"));
  assert(objection("src/storage/a.ts", "mod.ts"));
  assertEquals(objection("src/components/a.ts", "src/storage/validate_key.ts"), undefined);
  assertEquals(objection("src/loggers/a.ts", "src/storage/memory_adapter.ts"), undefined);
});

Deno.test("No file of src is longer than 450 lines", async () => {
  const long = (await sources()).filter(({ lines }) => lines > MOST_LINES);
  assertEquals(long.map(({ path, lines }) => `${path}: ${lines}`), []);
});

Deno.test("mod.ts loads neither the suite nor an assertion", async () => {
  const known = new Map((await sources()).map((file) => [file.path, file]));
  const seen = new Set<string>();
  const visit = (file: SourceFile) => {
    for (const imported of file.imports) {
      if (seen.has(imported)) continue;
      seen.add(imported);
      const next = known.get(imported);
      if (next !== undefined) visit(next);
    }
  };
  visit(await readSource("mod.ts"));
  assert(seen.has("src/storage/storage_adapter.ts"));
  const unwanted = [...seen].filter((path) => /assert|conformance|faulty|testing/.test(path));
  assertEquals(unwanted, []);
});

/** What a program of other runtimes does: everything but the local disk. */
const WITHOUT_DENO = `
const print = console.log;
delete globalThis.Deno;
delete globalThis.process;
const { CSVLogger, LocalFsAdapter, MemoryAdapter } = await import("@flagstone/flagging");
const { readDataset } = await import("@flagstone/flagging/reader");
const storage = new MemoryAdapter();
const logger = new CSVLogger({ storage, verbose: false });
await logger.setup(["a"], "");
await logger.flag([new File(["x"], "x.txt")]);
const rows = await Array.fromAsync(readDataset(storage, "dataset1.csv"));
let code = "none";
try {
  new LocalFsAdapter({ root: "." });
} catch (error) {
  code = error.code;
}
print(JSON.stringify({ deno: typeof globalThis.Deno, rows: rows.length, code }));
`;

Deno.test("mod.ts can be imported and used where there is no Deno", async () => {
  const importMap = Deno.env.get("FLAGSTONE_IMPORT_MAP") ?? "";
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      ...(importMap === "" ? [] : [`--import-map=${importMap}`]),
      WITHOUT_DENO,
    ],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(
    new TextDecoder().decode(stdout).trim(),
    '{"deno":"undefined","rows":1,"code":"Unsupported"}',
    new TextDecoder().decode(stderr),
  );
});
