// How large is an entry point when it is shipped to an edge?
import { bundleSize, ENTRY_POINTS, MAX_GZIPPED_KB } from "./_bundle.ts";
import type { Answer, Question } from "./_question.ts";

async function answer(): Promise<Answer> {
  const sizes = [];
  for (const name of ENTRY_POINTS) sizes.push({ name, ...await bundleSize(name) });
  return {
    tables: [{
      columns: ["entry point", "minified kB", "gzipped kB", "later, gzipped kB"],
      rows: sizes.map(({ name, minified, gzipped, later }) => [
        name,
        minified / 1000,
        gzipped / 1000,
        later / 1000,
      ]),
    }],
    bars: sizes.map(({ name, gzipped }) => ({
      what: `size of "${name}", minified and gzipped`,
      measured: gzipped / 1000,
      limit: MAX_GZIPPED_KB[name] ?? NaN,
      unit: "kB",
      must: "at most",
    })),
    notes: [
      "deno bundle --minify --code-splitting (esbuild) with all that an entry point imports, @std/* " +
      "included; kB are 1000 bytes.",
      "Later is the code for the local disk, memory, files and some options, which the first use of each " +
      "loads. A bundler that does not split ships it, too.",
    ],
  };
}

/** The question. */
export const question: Question = {
  name: "size",
  asks: "How large is an entry point as an edge bundler ships it?",
  answer,
};
