/** A record that is kept under a name. */
export interface StoredRecord {
  /** When it was written, in milliseconds since 1970. */
  readonly at: number;
}

/** What localStorage did not accept: it may be full, or the page may have none. */
const memory: Record<string, string> = {};

function local<T>(use: (storage: Storage) => T): T | undefined {
  try {
    return use(localStorage);
  } catch {
    return undefined;
  }
}

/** Reads a record; `undefined` if there is none. */
export function read<T>(name: string): T | undefined {
  const text = memory[name] ?? local((storage) => storage[name]);
  return text && JSON.parse(text);
}

/**
 * Writes a record to localStorage, or to the memory of this page if localStorage does not accept it or
 * `durable` is false. A record that is in memory stays there.
 */
export function write(name: string, record: StoredRecord, durable = !memory[name]): void {
  const text = memory[name] = JSON.stringify(record);
  if (!durable) return;
  local((storage) => {
    storage[name] = text;
    delete memory[name];
  });
}

/** Removes a record. */
export function remove(name: string): void {
  delete memory[name];
  local((storage) => delete storage[name]);
}

/** Returns the records whose names begin with a prefix, the oldest first. */
export function list<T extends StoredRecord>(prefix: string): T[] {
  return [...Object.keys(memory), ...local(Object.keys) ?? []]
    .filter((name) => name.startsWith(prefix))
    .map((name) => read<T>(name)!)
    .sort((a, b) => a.at - b.at);
}
