import { LocalFsAdapter } from "../storage/local_fs/mod.ts";
import type { DatasetOptions } from "../reader/dataset.ts";
import type { StorageAdapter } from "../storage/storage_adapter.ts";
import { routeOf } from "./_routes.ts";
import type { Authorized } from "./authorized.ts";
import { Source } from "./_source.ts";
import { VerdictLog } from "./_verdict_log.ts";

/**
 * Options of {@linkcode createReview}.
 *
 * @category Review
 */
export interface ReviewOptions {
  /** Where the dataset is. @default {the local disk, and `directory` is a path} */
  readonly storage?: StorageAdapter | undefined;
  /** The dataset's directory: a key prefix of `storage`; without one a path or a file URL. */
  readonly directory: string | URL;
  /** Where verdicts are saved. @default {`verdicts` in the dataset's directory} */
  readonly verdicts?: {
    /** Their storage. @default {that of the dataset} */
    readonly storage?: StorageAdapter | undefined;
    /** Their directory, as that of the dataset. @default {`verdicts` in the dataset's directory} */
    readonly directory?: string | undefined;
  } | undefined;
  /**
   * Decides on each request. A person who is let in sees all rows, exports them, and saves verdicts under the
   * `username`. An error that it throws is answered with 500.
   */
  readonly authorize: (request: Request) => Authorized | Promise<Authorized>;
  /**
   * Whether rows are counted: with `"memory"` the dataset is read once in the background, and 16 bytes
   * or so of each row are kept; with `"none"` there are no totals, and pages come from the newest piece
   * backwards. Choose `"none"` in Workers.
   *
   * @default {"memory"}
   */
  readonly index?: "memory" | "none" | undefined;
  /** The verdicts, of which the first nine have a key. @default {["confirmed", "rejected", "unclear"]} */
  readonly options?: readonly string[] | undefined;
  /** How the dataset is read. */
  readonly datasetOptions?: DatasetOptions | undefined;
  /** Called with each error that is answered with 500, and with those in the background. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/**
 * Answers the requests of a review page. Dispose of it to wait for verdicts that are being saved.
 *
 * @category Review
 */
export interface Review extends AsyncDisposable {
  /** Answers a request. Never rejects. */
  (request: Request): Promise<Response>;
}

const NAMES = [
  ...["storage", "directory", "verdicts", "authorize", "index", "options"],
  ...["datasetOptions", "onError"],
];
const OPTIONS = ["confirmed", "rejected", "unclear"];

/**
 * Returns the handler of a page on which people review what was flagged: rows with filters and counts,
 * each sample with its conversation, pictures and sound, and a key for each verdict.
 *
 * Verdicts are a dataset of their own, with the columns `rowId`, `sample`, `column`, `correction`,
 * `comment`, `flag`, `username`, `id` and `timestamp`. Exports read it, and the rows themselves are never
 * changed.
 *
 * Serve it under a path that ends with a slash. It needs only web standards, apart from `directory`
 * without a `storage`, which is on Deno's disk.
 *
 * @throws {TypeError} If an option is unknown or has a wrong type, or there is no `authorize`
 * @category Review
 *
 * @example Usage
 * ```ts
 * import { CSVLogger, MemoryAdapter } from "@flagstone/flagging";
 * import { createReview } from "@flagstone/flagging/review";
 * import { assertEquals } from "@std/assert";
 *
 * const storage = new MemoryAdapter();
 * await using logger = new CSVLogger({ storage, verbose: false });
 * await logger.setup(["question", "answer"], "flagged");
 * await logger.flag(["2 + 2?", "5"], "wrong");
 *
 * const authorize = () => ({ username: "ada" });
 * await using review = createReview({ storage, directory: "flagged", authorize });
 * const response = await review(new Request("https://example.com/review/rows"));
 * const { rows } = await response.json();
 * assertEquals(rows[0].title, "2 + 2?");
 * ```
 */
export function createReview(options: ReviewOptions): Review {
  refuseMistakes(options);
  const { authorize, index = "memory", onError = () => {}, datasetOptions = {} } = options;
  const tell = (error: unknown) => {
    try {
      onError(error);
    } catch {
      // The answer does not depend on who is told.
    }
  };
  const place = placeOf(options);
  const source = new Source({
    ...place,
    options: { ...datasetOptions, types: "text" }, // the page shows texts, and types cost a reading
    isIndexed: index === "memory",
    onError: tell,
  });
  const log = new VerdictLog(...verdictsPlaceOf(options, place));
  const settings = {
    ...{ source, log, authorize, onError: tell },
    options: options.options ?? OPTIONS,
    name: nameOf(place),
  };
  const review = (request: Request): Promise<Response> => routeOf(request, settings);
  return Object.assign(review, {
    [Symbol.asyncDispose]: async (): Promise<void> => {
      await source.dispose();
      await log.dispose();
    },
  });
}

interface StoredPlace {
  readonly storage: StorageAdapter;
  /** A key prefix: empty, or with its slash. */
  readonly directory: string;
}

function placeOf({ storage, directory }: ReviewOptions): StoredPlace {
  if (storage === undefined) {
    return { storage: new LocalFsAdapter({ root: directory }), directory: "" };
  }
  return { storage, directory: prefixOf(String(directory)) };
}

function verdictsPlaceOf(
  { storage: given, verdicts: { storage, directory } = {} }: ReviewOptions,
  place: StoredPlace,
): [StorageAdapter, string] {
  if (directory === undefined) return [storage ?? place.storage, `${place.directory}verdicts`];
  if (storage === undefined && given === undefined) {
    return [new LocalFsAdapter({ root: directory }), ""];
  }
  return [storage ?? place.storage, directory.replace(/\/$/, "")];
}

/** What the page is called: the last part of the dataset's directory. */
function nameOf({ storage, directory }: StoredPlace): string {
  const path = (storage instanceof LocalFsAdapter ? `${storage.root}/` : "") + directory;
  return path.split(/[/\\]/).findLast((part) => part !== "") ?? "Review";
}

function prefixOf(directory: string): string {
  return directory === "" || directory.endsWith("/") ? directory : `${directory}/`;
}

function refuseMistakes(given: ReviewOptions): void {
  const unknown = Object.keys(given).find((name) => !NAMES.includes(name));
  if (unknown !== undefined) {
    throw new TypeError(
      `Cannot create a review with ${unknown}: the options are ${NAMES.join(", ")}`,
    );
  }
  const { authorize, options = OPTIONS, index = "memory", directory } = given;
  if (typeof authorize !== "function") {
    throw new TypeError(
      "Cannot create a review without `authorize`: pass a function that decides on each request, such as " +
        "that of localAuthorize()",
    );
  }
  if (typeof directory !== "string" && !(directory instanceof URL)) {
    throw new TypeError(`Cannot create a review in ${directory}: pass a directory`);
  }
  if (index !== "memory" && index !== "none") {
    throw new TypeError(`Cannot create a review with the index ${index}: it is "memory" or "none"`);
  }
  const isList = options.length > 0 &&
    options.every((name) => typeof name === "string" && name !== "");
  if (isList && new Set(options).size === options.length && !options.some(isState)) return;
  throw new TypeError(
    `Cannot create a review with the options ${
      JSON.stringify(options)
    }: pass different texts, none of ` +
      'them "open" or "disagreed"',
  );
}

function isState(option: string): boolean {
  return option === "open" || option === "disagreed";
}
