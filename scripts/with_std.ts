// deno-lint-ignore-file no-console -- a script that reports on a terminal
// Starts Deno with the arguments given to this script, on networks with and without JSR.
//
// deno.json takes @std/* from JSR. If JSR does not answer within three seconds, a second import
// map takes the same modules from the npm package deno-std, typed by the modules of scripts/std/.
// FLAGSTONE_IMPORT_MAP has the import map in use, for tests that start processes.

import { serveStandIn } from "./jsr_stand_in.ts";
import { standIns } from "./std_stand_ins.ts";

const JSR_TIMEOUT_MS = 3000;
const ROOT = new URL("../", import.meta.url);

/** The parts of deno.json that are read here. */
interface Config {
  readonly name: string;
  readonly imports: Record<string, string>;
  readonly exports: Record<string, string>;
}

async function jsrAnswers(): Promise<boolean> {
  const base = Deno.env.get("JSR_URL") ?? "https://jsr.io";
  try {
    const url = new URL("/@std/csv/meta.json", base);
    const response = await fetch(url, { signal: AbortSignal.timeout(JSR_TIMEOUT_MS) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/** The imports of deno.json, with @std/* from scripts/std/ and the package's own name mapped. */
async function npmImportMap(config: Config): Promise<string> {
  const imports: Record<string, string> = {};
  for (const [name, target] of Object.entries(config.imports)) {
    if (!target.startsWith("jsr:@std/")) imports[name] = target;
  }
  for (const { specifier, module } of await standIns(ROOT)) imports[specifier] = module.href;
  for (const [subpath, file] of Object.entries(config.exports)) {
    imports[config.name + subpath.slice(1)] = new URL(file, ROOT).href;
  }
  return `data:application/json,${encodeURIComponent(JSON.stringify({ imports }))}`;
}

/** Runs Deno. A terminal sends Ctrl-C to both processes; this one waits for the other one's end. */
async function runDeno(args: readonly string[], env: Record<string, string>): Promise<number> {
  Deno.addSignalListener("SIGINT", () => {});
  const { code, signal } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    env,
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  if (signal !== null) console.error(`deno ended by ${signal}`);
  return code;
}

/** Runs `publish`, which accepts no import map, with a local registry and a temporary cache. */
async function runPublish(args: readonly string[], config: Config): Promise<number> {
  const cache = await Deno.makeTempDir();
  const server = await serveStandIn(config.imports, ROOT);
  try {
    const registry = `http://127.0.0.1:${server.addr.port}/`;
    return await runDeno(args, { JSR_URL: registry, DENO_DIR: cache });
  } finally {
    await server.shutdown();
    await Deno.remove(cache, { recursive: true });
  }
}

async function main(args: readonly string[]): Promise<number> {
  if (await jsrAnswers()) {
    console.error("@std/* comes from JSR");
    return await runDeno(args, { FLAGSTONE_IMPORT_MAP: "" });
  }
  console.error("@std/* comes from npm:deno-std (JSR does not answer)");
  const config: Config = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const [subcommand = "help", ...rest] = args;
  if (subcommand === "publish") return await runPublish(args, config);
  const map = await npmImportMap(config);
  return await runDeno([subcommand, `--import-map=${map}`, ...rest], { FLAGSTONE_IMPORT_MAP: map });
}

Deno.exit(await main(Deno.args));
