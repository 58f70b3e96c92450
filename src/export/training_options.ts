import type { ExportOptions } from "./export.ts";

/**
 * Options of the exports for training.
 *
 * @category Exports
 */
export interface TrainingOptions extends ExportOptions {
  /**
   * The column of the prompts.
   *
   * @default {the dataset is a chat log: the messages before the one that was flagged}
   */
  readonly prompt?: string | undefined;
  /** The column of the model's answers. @default {the message that was flagged} */
  readonly completion?: string | undefined;
  /** The flags of good answers. @default {["good", "Like"]} */
  readonly good?: readonly string[] | undefined;
  /** The flags of bad answers. @default {["wrong", "Dislike"]} */
  readonly bad?: readonly string[] | undefined;
}
