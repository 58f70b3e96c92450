const ROOT = new URL("../../", import.meta.url);

/** The size of a bundle, in bytes. */
export interface BundleSize {
  readonly minified: number;
  readonly gzipped: number;
}

/**
 * Bundles an entry point of the package with all that it imports, as an edge bundler does: esbuild,
 * minified, ECMAScript modules for the browser platform.
 *
 * `deno bundle` is esbuild, which Deno takes from the npm registry, behind Deno's own resolution: so
 * `@std/*` comes from where it comes for the code that runs, JSR or npm.
 */
export async function bundle(entryPoint: string): Promise<Uint8Array<ArrayBuffer>> {
  const importMap = Deno.env.get("FLAGSTONE_IMPORT_MAP") ?? "";
  const out = await Deno.makeTempFile({ prefix: "flagstone-bundle-", suffix: ".js" });
  try {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "bundle",
        ...(importMap === "" ? [] : [`--import-map=${importMap}`]),
        ...["--minify", "--platform=browser", "--format=esm", `--output=${out}`, entryPoint],
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

/** The size of an entry point's bundle, as it is and gzipped. */
export async function bundleSize(entryPoint: string): Promise<BundleSize> {
  const bytes = await bundle(entryPoint);
  const gzipped = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return {
    minified: bytes.length,
    gzipped: (await new Response(gzipped).arrayBuffer()).byteLength,
  };
}
