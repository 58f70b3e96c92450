// How large is the core when it is shipped to an edge?
import { bundleSize } from "./_bundle.ts";
import type { Answer, Question } from "./_question.ts";

const MAX_GZIPPED_KB = 20;

async function answer(): Promise<Answer> {
  const config = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
  const sizes = [];
  for (const [name, file] of Object.entries<string>(config.exports)) {
    sizes.push({ name, ...await bundleSize(file) });
  }
  const core = sizes.find(({ name }) => name === ".")!;
  return {
    tables: [{
      columns: ["entry point", "minified kB", "gzipped kB"],
      rows: sizes.map(({ name, minified, gzipped }) => [name, minified / 1000, gzipped / 1000]),
    }],
    bars: [{
      what: 'size of ".", minified and gzipped',
      measured: core.gzipped / 1000,
      limit: MAX_GZIPPED_KB,
      unit: "kB",
      must: "at most",
    }],
    notes: [
      "deno bundle --minify (esbuild) with all that an entry point imports, @std/* included; kB are " +
      "1000 bytes.",
    ],
  };
}

/** The question. */
export const question: Question = {
  name: "size",
  asks: "How large is an entry point as an edge bundler ships it?",
  answer,
};
