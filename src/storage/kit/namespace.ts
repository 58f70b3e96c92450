import { refusal } from "./fail.ts";
import { MAX_KEY_BYTES, utf8Length, validateKey } from "../validate_key.ts";

/** Maps the keys of callers to the keys of a store, below a prefix. */
export class Namespace {
  readonly #adapter: string;
  /** The prefix: empty, or ending with `/`. */
  readonly prefix: string;

  /** Takes a prefix, which may be empty or lack its final `/`. */
  constructor(adapter: string, prefix: string) {
    if (prefix !== "") validateKey(prefix.replace(/\/$/, ""), adapter);
    this.#adapter = adapter;
    this.prefix = prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
  }

  /** Returns the store's key for a caller's key. */
  inside(key: string): string {
    validateKey(key, this.#adapter);
    if (this.prefix === "") return key;
    const inside = this.prefix + key;
    if (utf8Length(inside) <= MAX_KEY_BYTES) return inside;
    const why = `with its prefix a key must not exceed ${MAX_KEY_BYTES} bytes`;
    throw refusal({ adapter: this.#adapter, operation: "use", key }, "InvalidKey", why);
  }

  /** Returns the caller's key for a key of the store, or `null` if that is outside the prefix. */
  keyOf(inside: string): string | null {
    return inside.startsWith(this.prefix) ? inside.slice(this.prefix.length) : null;
  }
}
