let last: Promise<unknown> = Promise.resolve();

/**
 * Runs one piece of work at a time under a name, among all tabs. Without locks, as on pages without
 * TLS, it is one of this page. `work` must not reject.
 */
export function exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
  const locked = navigator.locks?.request(name, work) ?? Promise.reject();
  return locked.catch(() => last = last.then(work)) as Promise<T>;
}
