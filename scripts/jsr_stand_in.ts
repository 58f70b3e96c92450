// Serves the modules of scripts/std/ as the @std packages of a JSR registry on this machine, so that
// `deno publish --dry-run` can check the package where JSR cannot be reached.

const SPECIFIER = /^jsr:@std\/(\w+)@\^([\d.]+)$/;

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return `sha256-${new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex()}`;
}

/** The paths of one package, and what is there: its versions, its files, its one module. */
async function packageFiles(
  name: string,
  version: string,
  module: URL,
): Promise<[path: string, content: BodyInit][]> {
  const bytes = await Deno.readFile(module);
  const file = { size: bytes.length, checksum: await sha256(bytes) };
  return [
    [`/@std/${name}/meta.json`, JSON.stringify({ latest: version, versions: { [version]: {} } })],
    [
      `/@std/${name}/${version}_meta.json`,
      JSON.stringify({ manifest: { "/mod.ts": file }, exports: { ".": "./mod.ts" } }),
    ],
    [`/@std/${name}/${version}/mod.ts`, bytes],
  ];
}

/**
 * Starts the registry on a free port.
 *
 * @param imports The imports of deno.json
 * @param root The directory of the project
 */
export async function serveStandIn(
  imports: Record<string, string>,
  root: URL,
): Promise<Deno.HttpServer<Deno.NetAddr>> {
  const files = new Map<string, BodyInit>();
  for (const target of Object.values(imports)) {
    const [, name, version] = SPECIFIER.exec(target) ?? [];
    if (name === undefined || version === undefined) continue;
    const module = new URL(`scripts/std/${name}.ts`, root);
    for (const [path, content] of await packageFiles(name, version, module)) {
      files.set(path, content);
    }
  }
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    const content = files.get(pathname);
    if (content === undefined) return new Response(null, { status: 404 });
    const type = pathname.endsWith(".ts") ? "application/typescript" : "application/json";
    return new Response(content, { headers: { "content-type": type } });
  });
}
