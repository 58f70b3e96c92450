// What docs/demo.png shows comes from these files. The picture has their hash in it, so that a test
// finds a picture that is older than the page.
import { chunk } from "../examples/_png.ts";

const ROOT = new URL("../", import.meta.url);
const KEYWORD = "Flagstone sources";
const SIGNATURE_BYTES = 8;

/** The picture that scripts/demo_picture.ts takes. */
export const PICTURE: URL = new URL("docs/demo.png", ROOT);

/** Returns the paths of the files that the picture depends on, below the repository. */
async function sources(): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(new URL("examples/", ROOT)));
  const demo = entries.map(({ name }) => name).filter((name) => name.startsWith("_demo_"));
  return [
    ...demo.sort().map((name) => `examples/${name}`),
    "examples/_png.ts",
    "examples/_show.ts",
    "scripts/demo_picture.ts",
    "src/http/_element_source.ts",
    "src/http/render_feedback.ts",
  ];
}

/** Returns a hash of the files that the picture depends on. */
export async function sourcesHash(): Promise<string> {
  const texts: string[] = [];
  for (const path of await sources()) {
    texts.push(path, await Deno.readTextFile(new URL(path, ROOT)));
  }
  const bytes = new TextEncoder().encode(JSON.stringify(texts));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** Adds a hash to a PNG, as a text after its header. */
export function withHash(png: Uint8Array, hash: string): Uint8Array<ArrayBuffer> {
  const end = SIGNATURE_BYTES + 25; // the header has 13 bytes of data, as every chunk in 12 others
  const text = chunk("tEXt", new TextEncoder().encode(`${KEYWORD}\0${hash}`));
  const result = new Uint8Array(png.length + text.length);
  result.set(png.subarray(0, end));
  result.set(text, end);
  result.set(png.subarray(end), end + text.length);
  return result;
}

/** Returns the hash in a PNG; `undefined` if there is none. */
export function hashIn(png: Uint8Array<ArrayBuffer>): string | undefined {
  const view = new DataView(png.buffer, png.byteOffset);
  for (let at = SIGNATURE_BYTES; at < png.length;) {
    const length = view.getUint32(at);
    const [type, data] = [png.subarray(at + 4, at + 8), png.subarray(at + 8, at + 8 + length)];
    const [keyword, hash] = new TextDecoder().decode(data).split("\0");
    if (new TextDecoder().decode(type) === "tEXt" && keyword === KEYWORD) return hash;
    at += 12 + length;
  }
}
