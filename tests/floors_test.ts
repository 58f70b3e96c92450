import { assert, assertEquals } from "@std/assert";
import { walk } from "@std/fs/walk";
import { fromFileUrl } from "@std/path/from-file-url";

const ROOT = fromFileUrl(new URL("../", import.meta.url));
const MOST_LINES = 450;

/** The files of the storage contract, which import nothing else of src. */
const CONTRACT = ["storage_adapter", "storage_error", "validate_key", "outcome", "passing_chunks"];

/** The floors of src, the lowest first. A file imports only files of its own room or of rooms below. */
const FLOORS: readonly (readonly string[])[] = [
  ["csv", "contract"],
  ["storage/kit"],
  ["storage/memory_driver.ts"],
  ["storage/probe", "storage/memory_adapter.ts", "storage/local_fs", "storage/wrappers"],
  ["storage/s3", "storage/r2"],
  ["dataset/log", "components"],
  ["dataset"],
  ["reader"],
  ["loggers", "testing"],
  ["buttons"],
  ["feedback", "export", "upkeep"],
  ["http", "element"],
  ["review"],
  ["cli"],
];

/** The rooms that a room may import from, if these are not all the rooms below it. */
const NARROWER: Readonly<Record<string, readonly string[]>> = {
  csv: [],
  contract: [],
  components: ["contract"],
  testing: ["contract", "storage/kit", "storage/memory_adapter.ts"], // which is the model
  buttons: ["loggers"],
  feedback: [],
  element: ["feedback"], // which runs in browsers
};

/** Folders that other rooms enter through their mod.ts only. */
const DOORS = ["storage/local_fs", "storage/s3", "storage/r2", "storage/probe", "storage/wrappers"];

/** The rooms that may import a package, if these are not all. */
const PACKAGES: Readonly<Record<string, string>> = { "@std/csv": "csv", "@std/assert": "testing" };

interface SourceFile {
  /** The path below the repository. */
  readonly path: string;
  readonly text: string;
  /** What it imports, types included: paths below the repository, or packages. */
  readonly imports: readonly string[];
}

/** The modules that a module imports or re-exports, anywhere in it. */
function importsOf(path: string, text: string): string[] {
  const code = text.replace(/\/\*[^]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  const found = code.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*)"([^"]+)"/g);
  return [...found].map(([, specifier]) => {
    if (!specifier!.startsWith(".")) return specifier!;
    return fromFileUrl(new URL(specifier!, `file://${ROOT}${path}`)).slice(ROOT.length);
  });
}

function sourceOf(path: string, text: string): SourceFile {
  return { path, text, imports: importsOf(path, text) };
}

async function sources(): Promise<SourceFile[]> {
  const found: SourceFile[] = [];
  for await (const { path } of walk(`${ROOT}src`, { includeDirs: false })) {
    const below = path.slice(ROOT.length);
    if (below.endsWith(".ts")) found.push(sourceOf(below, await Deno.readTextFile(path)));
  }
  return found;
}

/** The room of a file: a contract file's is "contract", any other's the longest name of FLOORS. */
function roomOf(path: string): string | undefined {
  const below = path.replace(/^src\//, "");
  if (CONTRACT.includes(below.replace(/^storage\/(.*)\.ts$/, "$1"))) return "contract";
  const rooms = FLOORS.flat().filter((room) => below === room || below.startsWith(`${room}/`));
  return rooms.sort((a, b) => b.length - a.length)[0];
}

function floorOf(room: string): number {
  return FLOORS.findIndex((rooms) => rooms.includes(room));
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

/** Why a file must not import a package, or `undefined`. */
function packageObjection(path: string, specifier: string): string | undefined {
  const owner = PACKAGES[specifier.split("/").slice(0, 2).join("/")];
  if (owner === undefined || roomOf(path) === owner) return undefined;
  return `${path} imports ${specifier}, which only ${owner} may`;
}

/** Why a file must not import another one, or `undefined`. */
function objection(path: string, imported: string): string | undefined {
  if (!imported.startsWith("src/")) {
    if (imported.endsWith(".ts")) return `${path} imports ${imported}, which is not in src`;
    return packageObjection(path, imported);
  }
  const [own, other] = [roomOf(path), roomOf(imported)];
  if (own === undefined || other === undefined) return `${path} or ${imported} has no room`;
  const name = imported.slice(imported.lastIndexOf("/") + 1);
  if (name.startsWith("_") && folderOf(path) !== folderOf(imported)) {
    return `${path} imports ${imported}, which is internal to its folder`;
  }
  if (own === other) return undefined;
  if (floorOf(other) >= floorOf(own)) return `${path} imports ${imported}, which is not below it`;
  if (NARROWER[own]?.includes(other) === false) {
    return `${path} imports ${imported}, which its room must not know`;
  }
  return DOORS.includes(other) && name !== "mod.ts"
    ? `${path} imports ${imported} and not the mod.ts of its folder`
    : undefined;
}

/** The circles among files: for each, the paths in it. */
function circlesIn(files: readonly SourceFile[]): string[][] {
  const known = new Map(files.map((file) => [file.path, file]));
  const reachable = (from: string): Set<string> => {
    const seen = new Set<string>();
    const waiting = [...known.get(from)!.imports];
    while (waiting.length > 0) {
      const next = waiting.pop()!;
      if (!known.has(next) || seen.has(next)) continue;
      seen.add(next);
      waiting.push(...known.get(next)!.imports);
    }
    return seen;
  };
  const reach = new Map(files.map(({ path }) => [path, reachable(path)]));
  const inCircle = files.map(({ path }) => path).filter((path) => reach.get(path)!.has(path));
  const circles = inCircle.map((path) =>
    inCircle.filter((other) => reach.get(path)!.has(other) && reach.get(other)!.has(path)).sort()
  );
  return [...new Map(circles.map((circle) => [circle.join(), circle])).values()];
}

/** What the door of a program has besides: it runs if it is the main module. */
const PROGRAM =
  /import \{ main \} from "\.\/main\.ts";|if \(import\.meta\.main\) Deno\.exit\(await main\(Deno\.args\)\);/g;

/** Why a file is not the door of an entry point, or `undefined`. */
function doorObjection({ path, text }: SourceFile): string | undefined {
  if (!path.endsWith("mod.ts")) return `${path} is not a mod.ts`;
  const doc = /^\/\*\*[^]*?\*\//.exec(text)?.[0];
  if (doc === undefined || !doc.includes("@module")) return `${path} has no module doc`;
  const code = text.slice(doc.length).replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, "");
  const rest = code.replace(/export (?:type )?\{[^}]*\} from "[^"]+";/g, "").replace(PROGRAM, "")
    .trim();
  return rest === "" ? undefined : `${path} has more than named re-exports: ${rest.slice(0, 60)}`;
}

const files = await sources();

Deno.test("Every file of src is on a floor, and imports only what it may", () => {
  assert(files.length > 100);
  const objections = files.flatMap(({ path, imports }) =>
    imports.map((imported) => objection(path, imported)).filter((why) => why !== undefined)
  );
  assertEquals([...new Set(objections)], []);
  assertEquals(files.filter(({ path }) => roomOf(path) === undefined), []);
});

Deno.test("No files of src import each other in a circle, types neither", () => {
  assertEquals(circlesIn(files), []);
});

Deno.test("Every entry point is a mod.ts with a module doc and named re-exports", async () => {
  const { exports }: { exports: Record<string, string> } = JSON.parse(
    await Deno.readTextFile(`${ROOT}deno.json`),
  );
  const doors = await Promise.all(
    Object.values(exports).map(async (path) =>
      sourceOf(path.slice(2), await Deno.readTextFile(ROOT + path.slice(2)))
    ),
  );
  assertEquals(doors.map(doorObjection).filter((why) => why !== undefined), []);
});

Deno.test("The check of floors finds an import of a room that is not below", () => {
  assert(objection("src/storage/kit/a.ts", "src/csv/b.ts") === undefined);
  assert(objection("src/csv/a.ts", "src/storage/storage_adapter.ts"));
  assert(objection("src/storage/storage_adapter.ts", "src/storage/kit/a.ts"));
  assert(objection("src/storage/kit/a.ts", "src/storage/memory_adapter.ts"));
  assert(objection("src/storage/probe/a.ts", "src/storage/s3/mod.ts"));
  assert(objection("src/dataset/log/a.ts", "src/dataset/b.ts"));
  assert(objection("src/dataset/a.ts", "src/loggers/b.ts"));
  assert(objection("src/components/a.ts", "src/storage/memory_adapter.ts"));
  assert(objection("src/buttons/a.ts", "src/dataset/b.ts"));
  assert(objection("src/unknown/a.ts", "src/csv/b.ts"));
  assert(objection("src/storage/kit/a.ts", "mod.ts"));
  assert(objection("src/storage/kit/a.ts", "@std/csv/stringify"));
  assert(objection("src/loggers/a.ts", "@std/assert"));
  assertEquals(objection("src/components/a.ts", "src/storage/validate_key.ts"), undefined);
  assertEquals(objection("src/loggers/a.ts", "src/storage/memory_adapter.ts"), undefined);
  assertEquals(objection("src/csv/a.ts", "@std/csv/stringify"), undefined);
});

Deno.test("The check of floors finds an internal file that crosses its folder, and a missed door", () => {
  assert(objection("src/dataset/a.ts", "src/dataset/log/_b.ts"));
  assert(objection("src/storage/s3/a.ts", "src/storage/kit/_b.ts"));
  assert(objection("src/loggers/a.ts", "src/storage/local_fs/local_fs_adapter.ts"));
  assertEquals(objection("src/loggers/a.ts", "src/storage/local_fs/mod.ts"), undefined);
  assertEquals(objection("src/storage/s3/s3_adapter.ts", "src/storage/s3/_put.ts"), undefined);
});

Deno.test("The check of circles finds one that only a type closes", () => {
  const a = sourceOf("src/csv/a.ts", 'import { b } from "./b.ts";');
  const b = sourceOf("src/csv/b.ts", 'export { c } from "./c.ts";');
  const c = sourceOf("src/csv/c.ts", 'import type { A } from "./a.ts";');
  assertEquals(circlesIn([a, b, sourceOf("src/csv/c.ts", "")]), []);
  assertEquals(circlesIn([a, b, c]), [["src/csv/a.ts", "src/csv/b.ts", "src/csv/c.ts"]]);
});

Deno.test("The check of doors finds a file that is not a door", () => {
  const doc = "/** A door. @module */\n";
  assertEquals(
    doorObjection(sourceOf("src/a/mod.ts", `${doc}export { b } from "./b.ts";`)),
    undefined,
  );
  assert(doorObjection(sourceOf("src/a/b.ts", `${doc}export { b } from "./c.ts";`)));
  assert(doorObjection(sourceOf("src/a/mod.ts", 'export { b } from "./b.ts";')));
  assert(doorObjection(sourceOf("src/a/mod.ts", `${doc}export const b = 1;`)));
  assert(doorObjection(sourceOf("src/a/mod.ts", `${doc}export * from "./b.ts";`)));
});

Deno.test("importsOf() reads re-exports and types, and no comments", () => {
  assertEquals(importsOf("src/csv/a.ts", 'export { x } from "../storage/b.ts";'), [
    "src/storage/b.ts",
  ]);
  assertEquals(importsOf("src/a.ts", '/** import { x } from "y"; */\n// import "z";\n'), []);
  assertEquals(importsOf("src/a.ts", 'await import("x");\nimport type { A } from "y";'), [
    "x",
    "y",
  ]);
});

Deno.test("No file of src is longer than 450 lines", () => {
  const lines = files.map(({ path, text }) => [path, text.split("\n").length - 1] as const);
  assertEquals(lines.filter(([, count]) => count > MOST_LINES), []);
});

Deno.test("mod.ts loads neither the suite nor an assertion", async () => {
  const known = new Map(files.map((file) => [file.path, file]));
  const seen = new Set<string>();
  const visit = ({ imports }: SourceFile): void => {
    for (const imported of imports) {
      if (seen.has(imported)) continue;
      seen.add(imported);
      const next = known.get(imported);
      if (next !== undefined) visit(next);
    }
  };
  visit(sourceOf("mod.ts", await Deno.readTextFile(`${ROOT}mod.ts`)));
  assert(seen.has("src/storage/storage_adapter.ts"));
  assertEquals([...seen].filter((path) => /assert|conformance|faulty|testing/.test(path)), []);
});

/** A program of other runtimes: everything but the local disk. */
const WITHOUT_DENO = `
const print = console.log;
delete globalThis.Deno;
delete globalThis.process;
const { CSVLogger, LocalFsAdapter, MemoryAdapter } = await import("@flagstone/flagging");
const { readDataset } = await import("@flagstone/flagging/dataset");
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

Deno.test("mod.ts can be imported and used if there is no Deno", async () => {
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
