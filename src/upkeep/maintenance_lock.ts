import type { ObjectInfo, StorageAdapter } from "../storage/storage_adapter.ts";
import { hasCode } from "../storage/storage_error.ts";

const NAME = "maintenance.lock";
const RENEWED_AFTER_MS = 60_000;
const STALE_AFTER_MS = 600_000;
const encoder: TextEncoder = new TextEncoder();

/** The error of a maintenance that finds another one under way in the same directory. */
export class MaintenanceRunningError extends Error {
  /** The name of the class. */
  override readonly name = "MaintenanceRunningError";
}

/**
 * Keeps two maintenances of one directory apart. Loggers do not look at it: each job is safe beside
 * them.
 */
export class MaintenanceLock implements AsyncDisposable {
  readonly #storage: StorageAdapter;
  readonly #key: string;
  readonly #owner = crypto.randomUUID();
  readonly #since = Date.now();
  #held: ObjectInfo | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  private constructor(storage: StorageAdapter, key: string) {
    this.#storage = storage;
    this.#key = key;
  }

  /**
   * Takes the lock of a directory. One that was not renewed for ten minutes is taken over, because its
   * process was killed.
   *
   * @throws {MaintenanceRunningError} If another maintenance holds it
   */
  static async take(storage: StorageAdapter, directory: string): Promise<MaintenanceLock> {
    const lock = new MaintenanceLock(storage, `${directory}${NAME}`);
    if (storage.capabilities.create === "none") return lock; // nothing could keep two apart
    try {
      lock.#held = await storage.write(lock.#key, lock.#bytes, { precondition: "absent" });
    } catch (error) {
      if (!hasCode(error, "Conflict")) throw error;
      await lock.#takeOver();
    }
    lock.#timer = setInterval(() => void lock.#renew(), RENEWED_AFTER_MS);
    return lock;
  }

  /** Whether a key is that of a lock. */
  static isKey(key: string): boolean {
    return key === NAME || key.endsWith(`/${NAME}`);
  }

  get #bytes(): Uint8Array {
    const text = { owner: this.#owner, since: this.#since, renewed: Date.now() };
    return encoder.encode(JSON.stringify(text));
  }

  async #takeOver(): Promise<void> {
    const found = await this.#storage.read(this.#key);
    const text = found && await new Response(found.body).text();
    const renewed = renewedIn(text);
    if (found === null || Date.now() - renewed < STALE_AFTER_MS) {
      throw new MaintenanceRunningError(
        `Another maintenance runs since ${
          new Date(renewed).toISOString()
        }: wait for it, or delete ` +
          `"${this.#key}" if its process is gone`,
      );
    }
    try {
      this.#held = await this.#storage.write(this.#key, this.#bytes, {
        precondition: { version: found.info.version },
      });
    } catch (error) {
      if (!hasCode(error, "Conflict")) throw error;
      throw new MaintenanceRunningError("Another maintenance has just begun: wait for it");
    }
  }

  async #renew(): Promise<void> {
    const held = this.#held;
    if (held === null) return;
    try {
      const precondition = { version: held.version };
      this.#held = await this.#storage.write(this.#key, this.#bytes, { precondition });
    } catch {
      // The jobs are safe without it; the next renewal may succeed.
    }
  }

  /** Releases the lock. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    if (this.#held === null) return;
    const found = await this.#storage.read(this.#key).catch(() => null);
    const text = found && await new Response(found.body).text();
    if (text?.includes(this.#owner)) await this.#storage.delete(this.#key).catch(() => {});
  }
}

function renewedIn(text: string | null): number {
  try {
    return Number(JSON.parse(text ?? "").renewed) || 0;
  } catch {
    return Date.now(); // it is being written
  }
}
