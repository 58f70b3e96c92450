import { value } from "../components/value.ts";
import { known } from "./_known_options.ts";
import { DatasetLogger } from "./dataset_logger.ts";
import type { LoggerOptions } from "./logger_options.ts";

/**
 * A person's verdict on one message of a conversation.
 *
 * @category Loggers
 */
export interface LikeData {
  /** The message: its index, or its turn and its place in the turn. */
  readonly index: number | readonly [number, number];
  /** The text or the content of the message. */
  readonly value: unknown;
  /**
   * Whether the person liked it, or the person's own word; `null` if the verdict is taken back, which
   * is an empty cell.
   *
   * @default {true}
   */
  readonly liked?: boolean | string | null | undefined;
}

/**
 * Logs liked and disliked messages to `log.csv`, with the columns `conversation`, `index`, `value`,
 * `flag` and `timestamp`. If `log.csv` has other columns, `log2.csv` is used, and so on.
 *
 * Gives the guarantee of `CSVLogger`.
 *
 * @category Loggers
 *
 * @example Usage
 * ```ts
 * import { ChatCSVLogger, MemoryAdapter } from "@flagstone/flagging";
 * import { assertEquals } from "@std/assert";
 *
 * await using logger = new ChatCSVLogger({ storage: new MemoryAdapter() });
 * await logger.setup("chat");
 * const messages = [
 *   { role: "user", content: "2 + 2?" },
 *   { role: "assistant", content: "5" },
 * ];
 * assertEquals(await logger.flag({ index: 1, value: "5", liked: false }, messages), 1);
 * ```
 */
export class ChatCSVLogger extends DatasetLogger<
  [flaggingDir?: string | URL],
  [like: LikeData, messages: readonly unknown[]]
> {
  /** Creates a logger. Nothing is read or written yet. */
  constructor(options: LoggerOptions = {}) {
    super(known(options), { fileName: "log.csv", header: true, simplifyFileData: false });
  }

  /**
   * Sets where to log. Nothing is written until the first `flag()`.
   *
   * @param flaggingDir A directory of the local disk, as a path or a file URL; with a `storage`, a key prefix, which may be
   * empty @default {"flagged"}
   */
  // deno-lint-ignore require-await -- an error must be a rejection
  async setup(flaggingDir?: string | URL): Promise<void> {
    this.open([value("conversation"), value("index"), value("value")], flaggingDir);
  }

  /**
   * Logs a verdict on a message: `Like` or `Dislike`, the person's own word, or an empty cell.
   *
   * @param like The message, and whether the person liked it
   * @param messages The whole conversation
   * @returns The number of samples in the file
   * @throws {TypeError} If the arguments are swapped
   * @throws {StorageError} If the storage fails
   */
  async flag(like: LikeData, messages: readonly unknown[]): Promise<number> {
    if (Object(like) !== like || Array.isArray(like) || !Array.isArray(messages)) {
      throw new TypeError(
        "Cannot flag the message: the arguments are flag({ index, value, liked }, messages)",
      );
    }
    const { liked = true } = like;
    const flag = liked === null
      ? ""
      : typeof liked === "string"
      ? liked
      : liked
      ? "Like"
      : "Dislike";
    return await this.keep([messages, like.index, like.value], { flag });
  }
}
