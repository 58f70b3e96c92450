import { LazyAdapter } from "./kit/lazy_adapter.ts";
import type { Capabilities, StorageAdapter } from "./storage_adapter.ts";

/**
 * Options of {@linkcode MemoryAdapter}.
 *
 * @category Storage adapters
 */
export interface MemoryAdapterOptions {
  /** The adapter's name, for messages. @default {"memory"} */
  readonly name?: string | undefined;
  /**
   * Overrides capabilities, to test a program as on a weaker store:
   * `{ append: "none", versions: "content" }` resembles S3. A scope can only become `"none"`.
   */
  readonly capabilities?: Partial<Capabilities> | undefined;
}

const CAPABILITIES: Capabilities = {
  create: "process",
  swap: "process",
  append: "process",
  cut: true,
  durable: false,
  versions: "unique",
  metadata: true,
};

/**
 * Keeps objects in the memory of this process: for tests, and as the reference for other adapters.
 *
 * Every write is atomic. The objects are lost when the process ends. Bodies are copied when they
 * are written and when they are read.
 *
 * @category Storage adapters
 *
 * @example Usage
 * ```ts
 * import { MemoryAdapter } from "@flagstone/flagging";
 * import { assertEquals } from "@std/assert";
 *
 * const storage = new MemoryAdapter();
 * await storage.write("a", new TextEncoder().encode("hello"));
 * const found = await storage.read("a");
 * assertEquals(await new Response(found?.body).text(), "hello");
 * ```
 */
export class MemoryAdapter extends LazyAdapter {
  #driver: StorageAdapter | null = null;

  /** Creates an empty store. */
  constructor(options: MemoryAdapterOptions = {}) {
    const { name = "memory", capabilities } = options;
    super(name, { ...CAPABILITIES, ...capabilities });
  }

  /** Loads the code. All operations use the same objects. */
  protected override async load(): Promise<StorageAdapter> {
    const { MemoryDriver } = await import("./memory_driver.ts");
    return this.#driver ??= new MemoryDriver(this);
  }
}
