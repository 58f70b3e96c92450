import { refusal } from "./fail.ts";
import { MAX_KEY_BYTES, utf8Length, validateKey } from "../validate_key.ts";

/** The keys of a store that lie below a prefix, as their users see them. */
export class Namespace {
  readonly #adapter: string;
  /** The prefix: empty, or with its final `/`. */
  readonly prefix: string;

  /** Takes the adapter's name, and a prefix with or without its final `/`, or none. */
  constructor(adapter: string, prefix: string) {
    if (prefix !== "") validateKey(prefix.replace(/\/$/, ""), adapter);
    this.#adapter = adapter;
    this.prefix = prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
  }

  /** The store's key for a user's key. */
  inside(key: string): string {
    validateKey(key, this.#adapter);
    if (this.prefix === "") return key;
    const inside = this.prefix + key;
    if (utf8Length(inside) <= MAX_KEY_BYTES) return inside;
    const why = `with its prefix a key must not exceed ${MAX_KEY_BYTES} bytes`;
    throw refusal({ adapter: this.#adapter, operation: "use", key }, "InvalidKey", why);
  }

  /** The user's key for a key of the store, or `null` if that is outside the prefix. */
  keyOf(inside: string): string | null {
    return inside.startsWith(this.prefix) ? inside.slice(this.prefix.length) : null;
  }
}
