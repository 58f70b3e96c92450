import { assertEquals } from "@std/assert";
import { TempDir } from "./helpers/temp_dir.ts";

/** What `deno test` reports of an ignored test and of two that pass. */
const PASSING = `<testsuites name="deno test" tests="3" failures="0" errors="0" time="0.1">
  <testsuite name="./a_test.ts" tests="3" disabled="1" errors="0" failures="0">
    <testcase name="a &gt; &lt;skipped/&gt;" time="0.003"></testcase>
    <testcase name="b" time="0.003"></testcase>
    <testcase name="c" time="0.000"><skipped/></testcase>
  </testsuite>
</testsuites>`;
const FAILING = PASSING.replaceAll('failures="0"', 'failures="1"');

/**
 * Stands in for `npx -y deno@…`. Every task prints its name. A task of tests copies its report, if
 * there is one, and a task named in `BROKEN` exits with 1. Other commands run in the Deno of this
 * process.
 */
const NPX = `#!/usr/bin/env bash
[ "$3" = task ] || exec "$DENO" "\${@:3}"
echo "task $4"
case "\${5:-}" in
  --junit-path=*) cp "$REPORTS/$4.xml" "\${5#*=}" 2>/dev/null ;;
esac
[[ " $BROKEN " != *" $4 "* ]]
`;

const TIERS = [
  "test",
  "test:wrappers",
  "test:interleavings",
  "test:mutants",
  "test:torture",
  "test:runtimes",
  "test:engines",
  "test:browser",
  "test:ceph",
];
const ROOT = new URL("../", import.meta.url);
const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
const CHECKS: readonly string[] = tasks.ok.dependencies.filter((name: string) => name !== "test");

interface CiOptions {
  /** The tasks that exit with 1. */
  readonly broken?: readonly string[];
  /** The reports that are not the usual one, by the tasks; `null` for none. */
  readonly reports?: Readonly<Record<string, string | null>>;
}

/** Runs .ci/run with stand-ins for npx, Chromium and Ceph, and returns its exit code and its lines. */
async function runCi({ broken = [], reports = {} }: CiOptions = {}) {
  await using dir = new TempDir();
  const nothing = "#!/bin/sh\n";
  const programs = {
    npx: NPX,
    "apt-get": nothing,
    chromium: nothing,
    radosgw: nothing,
    "ceph-osd": nothing,
  };
  for (const [name, text] of Object.entries(programs)) {
    await Deno.writeTextFile(`${dir.path}/${name}`, text, { mode: 0o755 });
  }
  for (const tier of TIERS) {
    const report = tier in reports ? reports[tier]! : PASSING;
    if (report !== null) await Deno.writeTextFile(`${dir.path}/${tier}.xml`, report);
  }
  const { code, stdout } = await new Deno.Command("bash", {
    args: [".ci/run"],
    cwd: ROOT,
    env: {
      PATH: `${dir.path}:${Deno.env.get("PATH")}`,
      DENO: Deno.execPath(),
      REPORTS: dir.path,
      BROKEN: broken.join(" "),
    },
    stderr: "null",
  }).output();
  return { code, lines: new TextDecoder().decode(stdout).trimEnd().split("\n") };
}

Deno.test(".ci/run runs every tier of tests and every check, and prints the totals last", async () => {
  const { code, lines } = await runCi();
  const ran = lines.filter((line) => line.startsWith("task "));
  assertEquals(ran, [...TIERS, ...CHECKS].map((name) => `task ${name}`));
  assertEquals([code, lines.at(-1)], [0, "18 passed, 0 failed"]);
});

Deno.test(".ci/run counts each failed test and each failed check", async () => {
  const reports = { "test:wrappers": FAILING };
  const { code, lines } = await runCi({ broken: ["test:wrappers", "lint"], reports });
  assertEquals([code, lines.at(-1)], [1, "17 passed, 2 failed"]);
});

Deno.test(".ci/run counts a run as a failure that ends badly without a failed test", async () => {
  const unloaded = await runCi({ broken: ["test"] }); // a module threw while it was loaded
  assertEquals([unloaded.code, unloaded.lines.at(-1)], [1, "18 passed, 1 failed"]);
  const reports = { "test:torture": null };
  const uncompiled = await runCi({ broken: ["test:torture"], reports });
  assertEquals([uncompiled.code, uncompiled.lines.at(-1)], [1, "16 passed, 1 failed"]);
  const empty = await runCi({ reports });
  assertEquals([empty.code, empty.lines.at(-1)], [1, "16 passed, 1 failed"]);
});
