// Starts Deno with the arguments given to this script, on networks with and without JSR.
//
// deno.json takes @std/* from JSR. Where JSR does not answer within three seconds, a second import
// map takes the same modules from the npm package deno-std, typed by the modules of scripts/std/.
// The import map in use is in FLAGSTONE_IMPORT_MAP, for tests that start processes of their own.

const JSR_TIMEOUT_MS = 3000;
const ROOT = new URL("../", import.meta.url);

async function jsrAnswers(): Promise<boolean> {
  const base = Deno.env.get("JSR_URL") ?? "https://jsr.io";
  try {
    const url = new URL("/@std/csv/meta.json", base);
    const response = await fetch(url, {
      signal: AbortSignal.timeout(JSR_TIMEOUT_MS),
    });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/** The imports of deno.json with every `jsr:@std/x` replaced, and the package's own name mapped. */
async function npmImportMap(): Promise<string> {
  const config = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", ROOT)),
  );
  const imports: Record<string, string> = {};
  for (const [name, target] of Object.entries<string>(config.imports)) {
    imports[name] = target.startsWith("jsr:@std/")
      ? new URL(`scripts/${name.slice(1)}.ts`, ROOT).href
      : target;
  }
  for (const [subpath, file] of Object.entries<string>(config.exports)) {
    imports[config.name + subpath.slice(1)] = new URL(file, ROOT).href;
  }
  return `data:application/json,${encodeURIComponent(JSON.stringify({ imports }))}`;
}

/** Places `--import-map` behind the subcommand; `doc` and `check` take it there too. */
function withImportMap(args: readonly string[], importMap: string): string[] {
  const [subcommand = "help", ...rest] = args;
  return [subcommand, `--import-map=${importMap}`, ...rest];
}

async function main(args: readonly string[]): Promise<number> {
  const useJsr = await jsrAnswers();
  const map = useJsr ? undefined : await npmImportMap();
  console.error(
    `@std/* comes from ${useJsr ? "JSR" : "npm:deno-std (JSR does not answer)"}`,
  );
  if (map !== undefined && args[0] === "publish") {
    console.error("Skipped deno publish --dry-run: it needs JSR");
    return 0;
  }
  const { code, signal } = await new Deno.Command(Deno.execPath(), {
    args: map === undefined ? [...args] : withImportMap(args, map),
    cwd: ROOT,
    env: { FLAGSTONE_IMPORT_MAP: map ?? "" },
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  if (signal !== null) console.error(`deno ended by ${signal}`);
  return code;
}

Deno.exit(await main(Deno.args));
