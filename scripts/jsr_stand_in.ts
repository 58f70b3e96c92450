// Serves the modules of scripts/std/ as the @std packages of a JSR registry on this machine, so that
// `deno publish --dry-run` can check the package where JSR cannot be reached.
import { type StandIn, standIns } from "./std_stand_ins.ts";

const SPECIFIER = /^jsr:@std\/(\w+)@\^([\d.]+)$/;

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return `sha256-${new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex()}`;
}

/** The paths of one package and their contents: its versions, its manifest and its modules. */
async function packageFiles(
  name: string,
  version: string,
  modules: readonly StandIn[],
): Promise<[path: string, content: BodyInit][]> {
  const manifest: Record<string, unknown> = {};
  const exports: Record<string, string> = {};
  const sources: [path: string, content: BodyInit][] = [];
  for (const { subpath, path, module } of modules) {
    const bytes = await Deno.readFile(module);
    const file = `/${path}`;
    manifest[file] = { size: bytes.length, checksum: await sha256(bytes) };
    exports[subpath] = `.${file}`;
    sources.push([`/@std/${name}/${version}${file}`, bytes]);
  }
  return [
    [`/@std/${name}/meta.json`, JSON.stringify({ latest: version, versions: { [version]: {} } })],
    [`/@std/${name}/${version}_meta.json`, JSON.stringify({ manifest, exports })],
    ...sources,
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
  const modules = await standIns(root);
  for (const target of Object.values(imports)) {
    const [, name, version] = SPECIFIER.exec(target) ?? [];
    if (name === undefined || version === undefined) continue;
    const own = modules.filter((module) => module.name === name);
    for (const [path, content] of await packageFiles(name, version, own)) files.set(path, content);
  }
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    const content = files.get(pathname);
    if (content === undefined) return new Response(null, { status: 404 });
    const type = pathname.endsWith(".ts") ? "application/typescript" : "application/json";
    return new Response(content, { headers: { "content-type": type } });
  });
}
