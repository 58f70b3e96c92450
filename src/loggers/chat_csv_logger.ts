import { value } from "../components/value.ts";
import { DatasetLogger, type LoggerOptions, optionalField } from "./dataset_logger.ts";

/** What a person did to one message of a conversation. */
export interface LikeData {
  /** Which message: its index, or its turn and its place in it. */
  readonly index: number | readonly [number, number];
  /** The message itself. */
  readonly value: unknown;
  /** Whether the person liked it, or what the person said of it. @default {true} */
  readonly liked?: boolean | string | null | undefined;
}

/**
 * Logs liked and disliked messages to `log.csv`, with the columns `conversation`, `index`, `value`,
 * `flag` and `timestamp`. Where `log.csv` has other columns, `log2.csv` is used, and so on.
 *
 * Gives the guarantee of `CSVLogger`.
 *
 * @example Usage
 * ```ts
 * import { ChatCSVLogger, MemoryAdapter } from "@flagstone/flagging";
 * import { assertEquals } from "@std/assert";
 *
 * await using logger = new ChatCSVLogger({ storage: new MemoryAdapter(), verbose: false });
 * await logger.setup("chat");
 * const messages = [
 *   { role: "user", content: "2 + 2?" },
 *   { role: "assistant", content: "5" },
 * ];
 * assertEquals(await logger.flag({ index: 1, value: "5", liked: false }, messages), 1);
 * ```
 */
export class ChatCSVLogger extends DatasetLogger<
  [flaggingDir?: string],
  [like: LikeData, messages: readonly unknown[]]
> {
  /** Makes a logger; touches nothing yet. */
  constructor(options: LoggerOptions = {}) {
    super(options, { fileName: "log.csv", header: true, simplifyFileData: false });
  }

  /**
   * Tells where to log.
   *
   * @param flaggingDir A directory of the local disk; with a `storage`, a key prefix, which may be
   * empty @default {"flagged"}
   */
  // deno-lint-ignore require-await -- what it throws must be a rejection
  async setup(flaggingDir?: string): Promise<void> {
    this.open([value("conversation"), value("index"), value("value")], flaggingDir);
  }

  /**
   * Logs what a person did to a message: `Like` or `Dislike`, or the person's own word.
   *
   * @param like The message, and whether it was liked
   * @param messages The whole conversation
   * @returns How many samples the file has now
   * @throws {StorageError} If the storage fails
   */
  async flag(like: LikeData, messages: readonly unknown[]): Promise<number> {
    const liked = like.liked ?? true;
    const word = typeof liked === "string" ? liked : liked ? "Like" : "Dislike";
    return await this.keep([messages, like.index, like.value], [
      optionalField("flag", word),
      this.timestamp(),
    ]);
  }
}
