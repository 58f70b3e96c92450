const ROOT = new URL("../../", import.meta.url);
const CONFIG: Readonly<Record<"imports" | "exports", Readonly<Record<string, string>>>> = JSON
  .parse(
    Deno.readTextFileSync(new URL("deno.json", ROOT)),
  );

/** The package's entry points: ".", "./s3" and the others. */
export const ENTRY_POINTS: readonly string[] = Object.keys(CONFIG.exports);

/**
 * The largest size of each entry point, minified and gzipped, in units of 1000 bytes, with a little to
 * spare, so that an addition that makes one larger is noticed. The target for "." is 20: see
 * docs/performance.md.
 */
export const MAX_GZIPPED_KB: Readonly<Record<string, number>> = {
  ".": 21.9,
  "./adapter": 4.2,
  "./probe": 2.7,
  "./r2": 9,
  "./reader": 2.2,
  "./s3": 28.5,
  "./testing": 31,
  "./wrappers": 5.5,
};

/** The size of a bundle, in bytes. */
export interface BundleSize {
  readonly minified: number;
  readonly gzipped: number;
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
 * minified, ECMAScript modules for the browser platform.
 *
 * `deno bundle` runs esbuild from the npm registry after Deno's own resolution, so
 * `@std/*` has the same source as in the code that runs, JSR or npm, or comes from a checkout of
 * denoland/std if the variable FLAGSTONE_STD has its path.
 */
export async function bundle(module: string): Promise<Uint8Array<ArrayBuffer>> {
  const map = importMap();
  const out = await Deno.makeTempFile({ prefix: "flagstone-bundle-", suffix: ".js" });
  try {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "bundle",
        ...(map === "" ? [] : [`--import-map=${map}`]),
        ...["--minify", "--platform=browser", "--format=esm", `--output=${out}`, module],
      ],
      cwd: ROOT,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    if (!success) throw new Error(`Cannot bundle: ${new TextDecoder().decode(stderr)}`);
    return await Deno.readFile(out);
  } finally {
    await Deno.remove(out);
  }
}

/** Returns the size of an entry point's bundle, plain and gzipped. */
export async function bundleSize(entryPoint: string): Promise<BundleSize> {
  const bytes = await bundle(CONFIG.exports[entryPoint]!);
  const gzipped = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return {
    minified: bytes.length,
    gzipped: (await new Response(gzipped).arrayBuffer()).byteLength,
  };
}
