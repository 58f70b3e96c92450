/** Whether a value is a `Blob` or a `File`, of any realm or library. */
export function isBlob(value: object | null): value is Blob {
  const { arrayBuffer, stream } = Object(value);
  return typeof arrayBuffer === "function" && typeof stream === "function";
}

/** Whether a value is bytes in memory, of any realm. */
export function isBytes(value: object): value is Uint8Array | ArrayBuffer {
  return /^(Uint8Array|ArrayBuffer)$/.test(kindOf(value));
}

/** The name of a built-in kind of objects, in every realm: `"Uint8Array"`, `"Error"`, `"Object"`. */
export function kindOf(value: object): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** A file whose bytes are in its URL. They are decoded when they are stored. */
export class DataUrl {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }
}
