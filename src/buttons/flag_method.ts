import type { FlaggingCallback } from "../loggers/flagging_callback.ts";

/**
 * The state that a button should show now.
 *
 * @category Buttons
 */
export interface ButtonUpdate {
  /** The button's text. */
  readonly value: string;
  /** Whether it can be pressed. */
  readonly interactive: boolean;
  /** The milliseconds after which the caller should show {@linkcode FlagMethod.reset}. */
  readonly resetAfterMs?: number | undefined;
  /** The message of the error, if the text is `Error!`. `onError` gets the error itself. */
  readonly error?: string | undefined;
}

/**
 * Options of {@linkcode FlagMethod}, in place of plain `true`.
 *
 * @category Buttons
 */
export interface VisualFeedbackOptions {
  /** The milliseconds for which `Saved` or `Error!` is shown. @default {800} */
  readonly pauseMs?: number | undefined;
  /** Called with the error of a flag that failed. An error that it throws is ignored. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/**
 * The request in which a person presses a flag button.
 *
 * @category Buttons
 */
export interface FlagRequest {
  /** The person who flags. */
  readonly username?: string | null | undefined;
}

const PAUSE_MS = 800;

/**
 * The server-side handler of one flag button. It flags the sample with the button's option and
 * returns the state that the button should show.
 *
 * The caller shows {@linkcode FlagMethod.saving} immediately, then the result of
 * {@linkcode FlagMethod.call}, and after the pause {@linkcode FlagMethod.reset}.
 *
 * @category Buttons
 *
 * @example Usage
 * ```ts
 * import { CSVLogger, FlagMethod, MemoryAdapter } from "@flagstone/flagging";
 * import { assertEquals } from "@std/assert";
 *
 * await using logger = new CSVLogger({ storage: new MemoryAdapter(), verbose: false });
 * await logger.setup(["question", "answer"]);
 * const wrong = new FlagMethod(logger, "Flag as wrong", "wrong");
 *
 * const update = await wrong.call({ username: "ada" }, "2 + 2?", "5");
 * assertEquals(update, { value: "Saved", interactive: false, resetAfterMs: 800 });
 * assertEquals(wrong.reset(), { value: "Flag as wrong", interactive: true });
 * ```
 */
export class FlagMethod {
  /** The button's text. */
  readonly label: string;
  /** The option that samples are flagged with. */
  readonly value: string | null;
  readonly #callback: FlaggingCallback;
  readonly #pauseMs: number | null;
  readonly #onError: VisualFeedbackOptions["onError"];

  /**
   * Creates the handler of one button.
   *
   * @param callback The callback that keeps the samples
   * @param label The button's text
   * @param value The option that samples are flagged with
   * @param visualFeedback Whether the button shows if the sample was saved
   */
  constructor(
    callback: FlaggingCallback,
    label: string,
    value: string | null,
    visualFeedback: boolean | VisualFeedbackOptions = true,
  ) {
    this.#callback = callback;
    this.label = label;
    this.value = value;
    const options: VisualFeedbackOptions = typeof visualFeedback === "object" ? visualFeedback : {};
    this.#pauseMs = visualFeedback === false ? null : options.pauseMs ?? PAUSE_MS;
    this.#onError = options.onError;
  }

  /** Returns the state of the button while the sample is being saved. */
  saving(): ButtonUpdate {
    return { value: "Saving…", interactive: false };
  }

  /** Returns the state of the button before a flag and after the pause. */
  reset(): ButtonUpdate {
    return { value: this.label, interactive: true };
  }

  /**
   * Flags a sample.
   *
   * @param request The request, with the person who flags
   * @param data A value for each component
   * @returns `Saved` or `Error!`; without visual feedback, the unchanged button
   * @throws The error of the callback, if there is no visual feedback to show it
   */
  async call(request: FlagRequest, ...data: unknown[]): Promise<ButtonUpdate> {
    const pauseMs = this.#pauseMs;
    try {
      await this.#callback.flag(data, this.value, request.username ?? null);
    } catch (error) {
      if (pauseMs === null) throw error;
      void this.#report(error);
      const message = error instanceof Error ? error.message : String(error);
      return { value: "Error!", interactive: false, resetAfterMs: pauseMs, error: message };
    }
    return pauseMs === null
      ? this.reset()
      : { value: "Saved", interactive: false, resetAfterMs: pauseMs };
  }

  async #report(error: unknown): Promise<void> {
    try {
      await this.#onError?.(error);
    } catch {
      // as documented
    }
  }
}

/**
 * An option of a flag button: its value, or its text and its value.
 *
 * @category Buttons
 */
export type FlagOption = string | readonly [label: string, value: string];

/**
 * Returns one server-side handler per button. The text of a plain option's button is
 * "Flag as <option>"; without options there is one button, "Flag".
 *
 * @category Buttons
 *
 * @example Usage
 * ```ts
 * import { CSVLogger, flagMethods } from "@flagstone/flagging";
 * import { assertEquals } from "@std/assert";
 *
 * const [yes, no] = flagMethods(new CSVLogger(), ["yes", ["No!", "no"]]);
 * assertEquals([yes?.label, yes?.value], ["Flag as yes", "yes"]);
 * assertEquals([no?.label, no?.value], ["No!", "no"]);
 * ```
 */
export function flagMethods(
  callback: FlaggingCallback,
  options: readonly FlagOption[] = [],
  visualFeedback: boolean | VisualFeedbackOptions = true,
): FlagMethod[] {
  const shown: readonly FlagOption[] = options.length === 0 ? [["Flag", ""]] : options;
  return shown.map((option) => {
    const [label, value] = typeof option === "string" ? [`Flag as ${option}`, option] : option;
    return new FlagMethod(callback, label, value, visualFeedback);
  });
}
