import { assertEquals, assertStringIncludes } from "@std/assert";
import { runScript } from "./helpers/deno.ts";

const MAIN = new URL("./torture/main.ts", import.meta.url);

const MISTAKES: readonly (readonly string[])[] = [
  ["no-such-torture"],
  ["fuzz", "no-such-torture"],
  ["--slow"],
  ["-q"],
  ["--minutes"],
  ["--minutes", "five"],
  ["--minutes", "-1"],
  ["--minutes=1e3"],
  ["--seed", "1.5"],
  ["--seed", ""],
];

Deno.test("deno task torture refuses arguments that it does not know, with exit code 2", async () => {
  const runs = await Promise.all(MISTAKES.map((args) => runScript(MAIN, { args })));
  for (const [i, { code, stdout, stderr }] of runs.entries()) {
    assertEquals([code, stdout], [2, ""], MISTAKES[i]!.join(" "));
    assertStringIncludes(stderr, "Usage: deno task torture [--quick] [--minutes N] [--seed N]");
  }
});
