/** A signal, and the number of its listeners. */
export interface CountedSignal {
  readonly signal: AbortSignal;
  readonly listeners: () => number;
}

/** Returns a signal that counts its listeners. */
export function countedSignal(): CountedSignal {
  const { signal } = new AbortController();
  const listeners = new Set<unknown>();
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: unknown[]) => {
    listeners.add(args[1]);
    Reflect.apply(addEventListener, signal, args);
  };
  signal.removeEventListener = (...args: unknown[]) => {
    listeners.delete(args[1]);
    Reflect.apply(removeEventListener, signal, args);
  };
  return { signal, listeners: () => listeners.size };
}
