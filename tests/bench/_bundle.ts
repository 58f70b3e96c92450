const ROOT = new URL("../../", import.meta.url);
const CONFIG: Readonly<Record<"imports" | "exports", Readonly<Record<string, string>>>> = JSON
  .parse(
    Deno.readTextFileSync(new URL("deno.json", ROOT)),
  );

/** The package's entry points: ".", "./s3" and the others. */
export const ENTRY_POINTS: readonly string[] = Object.keys(CONFIG.exports);

/**
 * The largest size of the part of each entry point that is loaded at import, minified and gzipped, in
 * units of 1000 bytes. That of "." is a target; the others have a little to spare, so that an addition
 * that makes one larger is noticed.
 */
export const MAX_GZIPPED_KB: Readonly<Record<string, number>> = {
  ".": 20,
  "./adapter": 5.6,
  "./cli": 9,
  "./dataset": 18,
  "./element": 5.3, // the served script is smaller: see scripts/bundle_element.ts
  "./export": 16,
  "./http": 31.4,
  "./probe": 2.7,
  "./r2": 9.6,
  "./review": 54, // of which the page is 10
  "./s3": 28.8,
  "./testing": 31,
  "./wrappers": 5.5,
};

/** The size of a bundle, in bytes. */
export interface BundleSize {
  /** What is loaded at import, minified. */
  readonly minified: number;
  /** What is loaded at import, minified and gzipped. */
  readonly gzipped: number;
  /** What the first use of a storage or an option loads, minified and gzipped. */
  readonly later: number;
}

/** Reads a configuration of a checkout of denoland/std. */
function readJson(path: string): { workspace: string[]; exports: string | Record<string, string> } {
  return JSON.parse(Deno.readTextFileSync(path));
}

/** Maps the specifiers of all @std packages to the modules of a checkout of denoland/std. */
function stdImports(std: string): Record<string, string> {
  const imports: Record<string, string> = {};
  const root = new URL(`file://${Deno.realPathSync(std)}/`);
  for (const folder of readJson(`${std}/deno.json`).workspace) {
    const { exports } = readJson(`${std}/${folder}/deno.json`);
    const name = `@std/${folder.replace(/^\.\//, "").replaceAll("_", "-")}`;
    const files = typeof exports === "string" ? { ".": exports } : exports;
    for (const [subpath, file] of Object.entries(files)) {
      imports[name + subpath.slice(1)] = new URL(file, new URL(`${folder}/`, root)).href;
    }
  }
  return imports;
}

/** The import map, with @std/* from a checkout of denoland/std if FLAGSTONE_STD names one. */
function importMap(): string {
  const map = Deno.env.get("FLAGSTONE_IMPORT_MAP") ?? "";
  const std = Deno.env.get("FLAGSTONE_STD") ?? "";
  if (std === "") return map;
  const { imports } = map === ""
    ? CONFIG
    : JSON.parse(decodeURIComponent(map.slice(map.indexOf(",") + 1)));
  const all = { ...imports, ...stdImports(std) };
  return `data:application/json,${encodeURIComponent(JSON.stringify({ imports: all }))}`;
}

/**
 * Bundles a module of the package with all that it imports, as an edge bundler does: esbuild,
 * minified, ECMAScript modules for the browser platform, with what is imported dynamically in chunks
 * of its own. Returns the chunks by their names; the first one is the module's.
 *
 * `deno bundle` runs esbuild from the npm registry after Deno's own resolution, so
 * `@std/*` has the same source as in the code that runs, JSR or npm, or comes from a checkout of
 * denoland/std if the variable FLAGSTONE_STD has its path.
 */
async function bundle(module: string): Promise<Map<string, string>> {
  const map = importMap();
  const out = await Deno.makeTempDir({ prefix: "flagstone-bundle-" });
  try {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "bundle",
        ...(map === "" ? [] : [`--import-map=${map}`]),
        ...["--minify", "--platform=browser", "--format=esm", "--code-splitting"],
        ...[`--outdir=${out}`, module],
      ],
      cwd: ROOT,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    if (!success) throw new Error(`Cannot bundle: ${new TextDecoder().decode(stderr)}`);
    return await readChunks(out, module);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
}

/** Reads the chunks of a bundle, that of the module first. */
async function readChunks(directory: string, module: string): Promise<Map<string, string>> {
  const entry = module.slice(module.lastIndexOf("/") + 1).replace(/\.ts$/, ".js");
  const names = (await Array.fromAsync(Deno.readDir(directory))).map(({ name }) => name);
  const chunks = new Map<string, string>();
  for (const name of [entry, ...names.filter((name) => name !== entry).sort()]) {
    chunks.set(name, await Deno.readTextFile(`${directory}/${name}`));
  }
  return chunks;
}

/** The names of the chunks that are loaded with one: it, and those that it imports statically. */
function loadedWith(name: string, chunks: ReadonlyMap<string, string>): Set<string> {
  const loaded = new Set([name]);
  for (const one of loaded) { // a Set's iteration includes what is added meanwhile
    const code = chunks.get(one);
    if (code === undefined) throw new Error(`The bundle has no chunk ${one}`);
    for (const [, other] of code.matchAll(/(?:\bfrom|\bimport)"\.\/([^"]+\.js)"/g)) {
      loaded.add(other!);
    }
  }
  return loaded;
}

async function gzippedLength(text: string): Promise<number> {
  const gzipped = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return (await new Response(gzipped).arrayBuffer()).byteLength;
}

/**
 * Returns the size of an entry point's bundle. What is loaded together is gzipped together, because
 * where a bundler cuts it into chunks depends on the bundler.
 */
export async function bundleSize(entryPoint: string): Promise<BundleSize> {
  const chunks = await bundle(CONFIG.exports[entryPoint]!);
  const [entry] = chunks.keys();
  const loaded = loadedWith(entry!, chunks);
  const now = [...loaded].map((name) => chunks.get(name)!).join("");
  const later = [...chunks].filter(([name]) => !loaded.has(name)).map(([, code]) => code).join("");
  return {
    minified: new TextEncoder().encode(now).length,
    gzipped: await gzippedLength(now),
    later: later === "" ? 0 : await gzippedLength(later),
  };
}
