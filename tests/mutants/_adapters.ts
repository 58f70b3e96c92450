import type { Mutant } from "./mutant.ts";

const CONTRACT = "Each adapter and each wrapper keeps the storage contract";
const REWRITE = "`LocalFsAdapter.rewrite()` replaces a file by a part of its rows";
const REFUSED = "A rewrite of a file that was edited, cut, replaced or deleted meanwhile";

/** Breakages of the section "Storage adapters". */
export const adapters: readonly Mutant[] = [
  {
    breaks: REWRITE,
    hurt: "Rows that are flagged while a person's rows are removed are lost.",
    file: "storage/local_fs/_rewrite.ts",
    replace: `while ((read = this.#file.readSync(this.#buffer)) !== null) this.#push(read);`,
    by: `read = null;`,
    test: [
      "storage/local_fs/rewrite_test.ts",
      "LocalFsAdapter.rewrite() removes the rows of … persons while … processes flag every … ms",
    ],
  },
  {
    breaks: REWRITE,
    hurt: "A process that is killed while it rewrites a file leaves half of it.",
    file: "storage/local_fs/_rewrite.ts",
    replace: `await copy.begin(() => refuseAborted(attempt, call));`,
    by: `Deno.renameSync(stage.path, root.pathOf(key));
    Deno.linkSync(root.pathOf(key), stage.path);
    await copy.begin(() => refuseAborted(attempt, call));`,
    test: [
      "storage/local_fs/rewrite_test.ts",
      "LocalFsAdapter.rewrite() leaves the old object or the new one when it is killed … times",
    ],
  },
  {
    breaks: REFUSED,
    hurt: "A row that was corrected while another person's rows are removed is as it was before.",
    file: "storage/local_fs/_rewrite.ts",
    replace: `if (!copy.isUnchanged()) throw`,
    by: `if (!copy.isUnchanged() && key === "") throw`,
    test: [
      "storage/local_fs/rewrite_test.ts",
      "LocalFsAdapter.rewrite() refuses an object that was not only appended to meanwhile",
    ],
  },
  {
    breaks: REFUSED,
    hurt: "A file that was put in the place of another one is lost.",
    file: "storage/local_fs/_rewrite.ts",
    replace: `if (old === null || !isAt(path, file)) throw`,
    by: `if (old === null) throw`,
    test: [
      "storage/local_fs/rewrite_test.ts",
      "LocalFsAdapter.rewrite() refuses an object that was not only appended to meanwhile",
    ],
  },
  {
    breaks: REFUSED,
    hurt: "A failed rewrite leaves its copy in the directory.",
    file: "storage/local_fs/_rewrite.ts",
    replace: `    stage.remove();
`,
    by: `    stage.close();
`,
    test: [
      "storage/local_fs/rewrite_test.ts",
      "LocalFsAdapter.rewrite() changes nothing if the filter throws, or the signal is aborted",
    ],
  },
  {
    breaks: CONTRACT,
    hurt: "Two writers of one object in memory overwrite each other.",
    file: "storage/memory_driver.ts",
    replace: `refusePrecondition(precondition, this.#objects.get(key)?.info.version, attempt);`,
    by: ``,
    test: ["storage/memory_adapter_test.ts", "MemoryAdapter keeps the contract …"],
  },
  {
    breaks: CONTRACT,
    hurt: "A listing that goes on after a key begins anew.",
    file: "storage/kit/storage_driver.ts",
    replace: `compareKeys(key, after) <= 0 ||`,
    by: ``,
    test: ["storage/memory_adapter_test.ts", "MemoryAdapter keeps the contract …"],
  },
  {
    breaks: CONTRACT,
    hurt: "Two writers of one file overwrite each other.",
    file: "storage/local_fs/_local_disk.ts",
    replace: `refusePrecondition(precondition, old?.version, attempt);`,
    by: ``,
    test: ["storage/local_fs/conformance_test.ts", "LocalFsAdapter keeps the contract"],
  },
  {
    breaks: CONTRACT,
    hurt: "Two loggers create one object on S3, and the first one's rows are gone.",
    file: "storage/s3/_put.ts",
    replace: `{ "if-none-match": "*" }`,
    by: `{}`,
    test: [
      "storage/s3/conformance_miniflare_test.ts",
      "S3Adapter keeps the contract over R2's S3 endpoint",
    ],
  },
  {
    breaks: CONTRACT,
    hurt: "A row is added to a file that was replaced by another of its size.",
    file: "storage/wrappers/_wrapper.ts",
    replace: `send: (change) => append(key, bytes, { ...options, ...change }),`,
    by: `send: (change) => append(key, bytes, { at: options.at, ...change }),`,
    test: [
      "storage/wrappers/conformance_test.ts",
      "… keeps the contract over MemoryAdapter…",
    ],
  },
  {
    breaks: "`conformance()` detects broken adapters",
    hurt: "The author of an adapter learns nothing of an outcome that is not true.",
    file: "testing/conformance/_harness.ts",
    replace: `assertEquals(error.outcome, outcome, \`The outcome of \${what}\`);`,
    by: ``,
    test: ["testing/conformance_detects_test.ts", "conformance() finds an adapter …"],
  },
  {
    breaks: "Secrets of S3 appear in no message",
    hurt: "An access key is printed in a log.",
    file: "storage/s3/_secrets.ts",
    replace: `(text, pattern) => text.replace(pattern, "[redacted]"),`,
    by: `(text) => text,`,
    test: ["storage/s3/secrets_test.ts", "S3Adapter shows no secret in …"],
  },
];
