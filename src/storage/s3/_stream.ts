import { type Attempt, fail } from "../kit/fail.ts";
import type { LinkedAbort } from "./_abort.ts";
import type { Redaction } from "./_secrets.ts";

/** What a body belongs to. */
interface Owner {
  readonly attempt: Attempt;
  readonly link: LinkedAbort;
  readonly redaction: Redaction;
}

/**
 * A body that errors unless it has exactly so many bytes: with `Corrupt` where it ends short, with
 * the signal's reason on abort. It takes nothing from the connection that nobody has asked for.
 */
export function lengthChecked(
  source: ReadableStream<Uint8Array> | null,
  length: number,
  { attempt, link, redaction }: Owner,
): ReadableStream<Uint8Array> {
  const reader = source?.getReader();
  const { signal } = link;
  let received = 0;
  let closed = false;

  /** Ends it once: the listener and the link are gone, and what is left of the source is freed. */
  async function close(reason?: unknown): Promise<void> {
    if (closed) return;
    closed = true;
    signal.removeEventListener("abort", onAbort);
    link.unlink();
    await reader?.cancel(reason).catch(() => {});
  }

  let onAbort = (): void => {};

  function corrupt(what: string, error?: unknown): Error {
    return fail(attempt, {
      code: "Corrupt",
      why: `the body ${what} of ${length} bytes`,
      ...(error === undefined ? {} : { cause: redaction.copyOf(error) }),
    });
  }

  return new ReadableStream<Uint8Array>({
    start(controller) {
      onAbort = () => {
        close(signal.reason);
        controller.error(signal.reason);
      };
      if (signal.aborted) onAbort();
      else signal.addEventListener("abort", onAbort, { once: true });
    },
    async pull(controller) {
      let next: ReadableStreamReadResult<Uint8Array> | undefined;
      let failure: unknown;
      try {
        next = await reader?.read();
      } catch (error) {
        failure = error;
      }
      if (closed) return; // aborted or cancelled while it waited
      const { done = true, value } = next ?? {};
      if (!done && value !== undefined) {
        received += value.length;
        if (received <= length) return controller.enqueue(value);
      }
      close();
      if (received === length && failure === undefined) controller.close();
      else if (received > length) controller.error(corrupt("has more than the announced end"));
      else controller.error(corrupt(`ended after ${received}`, failure));
    },
    cancel: close,
  }, { highWaterMark: 0 });
}
