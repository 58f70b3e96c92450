import type { Mutant } from "./mutant.ts";

/** Breakages of the promises on the review page. */
export const review: readonly Mutant[] = [
  {
    breaks: "A request that `authorize` does not let in",
    hurt: "Strangers read what people flagged.",
    file: "review/_routes.ts",
    replace: `if (!isAllowed(authorized)) throw new Refusal(403, "You may not see this page");`,
    by: ``,
    test: ["review/access_test.ts", "a request that authorize does not let in gets nothing"],
  },
  {
    breaks: "A page of another origin can neither read rows",
    hurt: "Any site that a reviewer visits judges in their name.",
    file: "review/_routes.ts",
    replace: `if (name !== "") refuseCrossOrigin(request);`,
    by: ``,
    test: ["review/access_test.ts", "a page of another origin can neither read nor judge"],
  },
  {
    breaks: "`localAuthorize()` lets in only who has the token",
    hurt: "A site whose name resolves to this machine reads the page.",
    file: "review/local_authorize.ts",
    replace:
      `if (!isLocal(request.headers.get("host") ?? url.host)) return denied("This is not its host.");`,
    by: ``,
    test: [
      "review/access_test.ts",
      "localAuthorize() refuses a foreign Host, also with the token or the cookie",
    ],
  },
  {
    breaks: "`localAuthorize()` lets in only who has the token",
    hurt: "Other users of the machine read the page.",
    file: "review/local_authorize.ts",
    replace: `return isSame(cookieOf(request, cookie), secret) ? { username } : denied(HOW);`,
    by: `return { username };`,
    test: [
      "review/access_test.ts",
      "localAuthorize() refuses no token and a wrong one, and says how to open the page",
    ],
  },
  {
    breaks: "A file is reached by its row, column and number",
    hurt: "A guessed place shows what the page never listed.",
    file: "review/_place.ts",
    replace: `if (sample !== null && sample.rowId === rowId) return sample;`,
    by: `if (sample !== null) return sample;`,
    test: ["review/files_test.ts", "a file is reached by its row, column and number only"],
  },
  {
    breaks: "What a browser could run is a download",
    hurt: "An SVG that a stranger uploaded runs in the reviewer's browser.",
    file: "review/_file.ts",
    replace: `...type === null ? attachment(name) : inline(type),`,
    by: `...inline(type ?? "image/svg+xml"),`,
    test: ["review/files_test.ts", "what a browser could run is an attachment in a sandbox"],
  },
  {
    breaks: "Nothing in a sample runs in the page",
    hurt: "A mistake in the page would let a text run as script.",
    file: "review/_respond.ts",
    replace: `script-src 'self'; `,
    by: `script-src 'self' 'unsafe-inline'; `,
    test: [
      "review/access_test.ts",
      "every answer forbids framing, sniffing, referrers and keeping",
    ],
  },
  {
    breaks: "A verdict is saved once",
    hurt: "A verdict whose answer was lost counts twice.",
    file: "review/_verdict_log.ts",
    replace: `undefined, undefined, { id });`,
    by: `undefined, undefined, { id: crypto.randomUUID() });`,
    test: [
      "review/verdicts_test.ts",
      "a verdict that is sent again after a lost answer is one row",
    ],
  },
  {
    breaks: "A verdict has the name that `authorize` gives",
    hurt: "A reviewer judges in another one's name.",
    file: "review/_verdict.ts",
    replace: `column, flag, username },`,
    by: `column, flag, username: text("username") || username },`,
    test: [
      "review/verdicts_test.ts",
      "a verdict is a row of a dataset of its own, under the name that authorize gives",
    ],
  },
  {
    breaks: "Undo is a row",
    hurt: "A mistaken verdict cannot be taken back.",
    file: "review/_verdict.ts",
    replace: `if (flag !== "" && !options.includes(flag)) {`,
    by: `if (!options.includes(flag)) {`,
    test: [
      "review/verdicts_test.ts",
      "undo is a row that is empty, after which nothing stands",
    ],
  },
  {
    breaks: "Every row that passes the filters is listed once",
    hurt: "Later pages repeat the first one.",
    file: "review/_rows.ts",
    replace: `offset: count - left,`,
    by: `offset: 0,`,
    test: [
      "review/rows_test.ts",
      "rows are the newest first, page by page, by every filter: index …",
    ],
  },
  {
    breaks: "Every row that passes the filters is listed once",
    hurt: "Rows that come in between two pages shift those below.",
    file: "review/_rows.ts",
    replace: `let left = Math.min(given, count);`,
    by: `let left = given === Infinity ? count : Math.min(given + 1, count);`,
    test: ["review/rows_test.ts", "rows that are added between two pages shift none"],
  },
  {
    breaks: "Every row that passes the filters is listed once",
    hurt: "A line in a cell, which a stranger wrote, is listed as a row.",
    file: "review/_tail.ts",
    replace: `let isOutside = true;`,
    by: `let isOutside = false;`,
    test: [
      "review/rows_test.ts",
      "the latest rows of a large piece are found from its end, whatever its cells contain",
    ],
  },
  {
    breaks: "An export has the rows that pass the filters",
    hurt: "An export of one state of review has all rows.",
    file: "review/_export.ts",
    replace: `if (states === undefined) return dataset;`,
    by: `return dataset;`,
    test: [
      "review/verdicts_test.ts",
      "exports are those of the filter, and take verdicts in if asked",
    ],
  },
  {
    breaks: "An error names no path",
    hurt: "The page shows where the server keeps its data.",
    file: "review/_routes.ts",
    replace: `"Cannot answer: the server has the error"`,
    by: `String(error)`,
    test: [
      "review/rows_test.ts",
      "an error of the storage is told to the app, and names no path to the page",
    ],
  },
];
