import { TempDir } from "./temp_dir.ts";

/**
 * Bundles a module with all its imports into one JavaScript module, for runtimes other than Deno.
 * `deno bundle` is esbuild, which Deno loads from npm; it resolves `jsr:`, `npm:` and this
 * package's names.
 */
export async function bundle(
  module: URL,
  platform: "browser" | "node" = "browser",
): Promise<string> {
  await using dir = new TempDir();
  const importMap = Deno.env.get("FLAGSTONE_IMPORT_MAP") ?? "";
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "bundle",
      `--platform=${platform}`,
      ...(importMap === "" ? [] : [`--import-map=${importMap}`]),
      `--output=${dir.path}/bundle.js`,
      module.href,
    ],
    stdin: "null",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return await Deno.readTextFile(`${dir.path}/bundle.js`);
}
