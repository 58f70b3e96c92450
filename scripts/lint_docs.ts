// deno-lint-ignore-file no-console -- a script that reports on a terminal
// Lints the documentation of every entry point, and counts documented symbols as JSR does: a symbol
// counts if its declaration, or the specifier that re-exports it, has a comment. Each must have a
// @category as well.

const ROOT = new URL("../", import.meta.url);
const LOCAL = Deno.env.get("FLAGSTONE_IMPORT_MAP") ?? "";
const MAP = LOCAL === "" ? [] : [`--import-map=${LOCAL}`];

/** The parts of `deno doc --json` that are read here. */
interface DocSymbol {
  readonly name: string;
  readonly declarations?: readonly { readonly jsDoc?: JsDoc; readonly kind?: string }[];
  readonly jsDoc?: JsDoc;
  readonly kind?: string;
}

interface JsDoc {
  readonly doc?: string;
  readonly tags?: readonly { readonly kind: string }[];
}

async function deno(...args: readonly string[]): Promise<{ success: boolean; stdout: string }> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stderr: "inherit",
  }).output();
  return { success, stdout: new TextDecoder().decode(stdout) };
}

/** The symbols of a document, whichever of its forms this Deno prints. */
function symbolsOf(json: string): readonly DocSymbol[] {
  const document = JSON.parse(json);
  if (Array.isArray(document.nodes)) return document.nodes;
  return Object.values<{ symbols?: DocSymbol[] }>(document.nodes).flatMap(({ symbols = [] }) =>
    symbols
  );
}

function docsOf({ declarations, jsDoc }: DocSymbol): readonly JsDoc[] {
  const all = [jsDoc, ...(declarations ?? []).map((declaration) => declaration.jsDoc)];
  return all.filter((doc) => doc !== undefined);
}

/** Returns what the documentation of an entry point lacks. */
async function missing(file: string): Promise<{ count: number; faults: string[] }> {
  const { stdout } = await deno("doc", "--json", ...MAP, file);
  const symbols = symbolsOf(stdout).filter(({ name }) => name !== "");
  const faults = symbols.flatMap((symbol) => {
    const docs = docsOf(symbol);
    if (!docs.some(({ doc = "" }) => doc.trim() !== "")) return [`${symbol.name}: no comment`];
    const hasCategory = docs.some(({ tags = [] }) => tags.some(({ kind }) => kind === "category"));
    return !hasCategory ? [`${symbol.name}: no @category`] : [];
  });
  return { count: symbols.length, faults };
}

/** The re-exported types whose specifier has no comment: JSR takes them for undocumented. */
async function bareSpecifiers(file: string): Promise<string[]> {
  const text = await Deno.readTextFile(new URL(file, ROOT));
  const blocks = text.slice(text.indexOf("*/")).matchAll(/export (type )?\{([^}]*)\} from/g);
  return [...blocks].flatMap(([, isType, body = ""]) => {
    const specifiers = body.matchAll(/(\/\*\*[^]*?\*\/)?\s*(type )?(\w+)\s*(?:,|$)/g);
    return [...specifiers]
      .filter(([, comment, type]) => (isType ?? type) !== undefined && comment === undefined)
      .map(([, , , name]) => `${name}: no comment at its specifier`);
  });
}

const { exports }: { exports: Record<string, string> } = JSON.parse(
  await Deno.readTextFile(new URL("deno.json", ROOT)),
);
const { success } = await deno("doc", "--lint", ...MAP, ...Object.values(exports));
let failed = !success;
for (const [subpath, file] of Object.entries(exports)) {
  const { count, faults } = await missing(file);
  faults.push(...await bareSpecifiers(file));
  console.log(`${subpath}: ${count - faults.length} of ${count} symbols are documented`);
  for (const fault of faults) console.log(`  ${fault}`);
  failed ||= faults.length > 0 || count === 0;
}
Deno.exit(failed ? 1 : 0);
