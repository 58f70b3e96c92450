import { copy } from "@std/fs/copy";
import { SaxesParser } from "saxes";
import { TempDir } from "../helpers/temp_dir.ts";

const ROOT = new URL("../../", import.meta.url);
/** What the tests need of the package. */
const COPIED = ["mod.ts", "deno.json", "README.md", "src", "tests", "scripts", "examples", "docs"];
/** A test that takes longer waits for ever. */
const LONGEST_MS = 120_000;
/** The time that each further test of a run may take, on a slow machine. */
const EACH_MS = 5000;

/** A test, or several whose names differ where the name has `…`. */
export type TestName = readonly [file: string, name: string];

/** The names of the tests and steps of a run. */
export interface Report {
  readonly passed: readonly string[];
  readonly failed: readonly string[];
  /** What was printed. */
  readonly output: string;
}

/** Returns the pattern of a name that has `…` for its variants. */
export function patternOf(name: string): RegExp {
  return new RegExp(`^${name.split("…").map((part) => RegExp.escape(part)).join(".*")}`);
}

/** A copy of the package in a directory of its own, whose tests can be run. */
export class Sandbox implements AsyncDisposable {
  readonly #dir: TempDir;
  readonly #permissions: readonly string[];

  private constructor(dir: TempDir, permissions: readonly string[]) {
    this.#dir = dir;
    this.#permissions = permissions;
  }

  /** Copies the package. */
  static async create(): Promise<Sandbox> {
    const dir = new TempDir();
    for (const name of COPIED) {
      await copy(new URL(name, ROOT), new URL(name, toUrl(dir.path)));
    }
    const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
    return new Sandbox(dir, tasks.test.command.match(/--allow-\S+/g));
  }

  /** Changes a file of the copy while an action runs. */
  async withFile<T>(
    file: string,
    change: (code: string) => string,
    action: () => Promise<T>,
  ): Promise<T> {
    const path = `${this.#dir.path}/${file}`;
    const code = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, change(code));
    try {
      return await action();
    } finally {
      await Deno.writeTextFile(path, code);
    }
  }

  /** Runs tests in the copy. Types are not checked. */
  async run(tests: readonly TestName[]): Promise<Report> {
    const root = toUrl(this.#dir.path);
    const map = inCopy(Deno.env.get("FLAGSTONE_IMPORT_MAP") ?? "", root);
    const reportPath = `${this.#dir.path}/report.xml`;
    const command = new Deno.Command(Deno.execPath(), {
      args: [
        "test",
        "--no-check",
        "--parallel",
        `--filter=/${tests.map(([, name]) => patternOf(name).source).join("|")}/`,
        `--junit-path=${reportPath}`,
        ...this.#permissions,
        ...(map === "" ? [] : [`--import-map=${map}`]),
        ...new Set(tests.map(([file]) => `tests/${file}`)),
      ],
      cwd: root,
      env: { NO_COLOR: "1", FLAGSTONE_IMPORT_MAP: map },
      stdin: "null",
      signal: AbortSignal.timeout(LONGEST_MS + (tests.length - 1) * EACH_MS),
    });
    const { stdout, stderr } = await command.output();
    const output = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("\n");
    const report = await Deno.readTextFile(reportPath).catch(() => "");
    return { ...resultsIn(report), output };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dir[Symbol.asyncDispose]();
  }
}

function toUrl(path: string): URL {
  return new URL(`file://${path}/`);
}

/** Returns an import map as a data URL whose addresses are those of the copy. */
function inCopy(map: string, root: URL): string {
  const [start, text] = map.split(/(?<=^data:[^,]*,)/);
  if (text === undefined) return map;
  return start + encodeURIComponent(decodeURIComponent(text).replaceAll(ROOT.href, root.href));
}

/** Reads a report in JUnit's format. */
function resultsIn(report: string): Pick<Report, "passed" | "failed"> {
  const passed: string[] = [];
  const failed: string[] = [];
  const parser = new SaxesParser();
  let name = "";
  let results = passed;
  parser.on("opentag", (tag) => {
    if (tag.name === "testcase") [name, results] = [String(tag.attributes.name), passed];
    else if (tag.name === "failure" || tag.name === "error") results = failed;
  });
  parser.on("closetag", (tag) => {
    if (tag.name === "testcase") results.push(name);
  });
  if (report !== "") parser.write(report).close();
  return { passed, failed };
}
