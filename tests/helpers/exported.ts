import type { Export } from "../../src/export/mod.ts";

/** Reads all files of an export as texts by their paths. */
export async function textsOfExport({ files }: Export): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { path, body } of files) found[path] = await new Response(body).text();
  return found;
}

/** Reads the only file of an export as JSON Lines. */
// deno-lint-ignore no-explicit-any -- what is in it is what a test checks
export async function linesOfExport(exported: Export): Promise<any[]> {
  const [text = ""] = Object.values(await textsOfExport(exported));
  return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

/** Reads the only file of an export as bytes. */
export async function bytesOfExport({ files }: Export): Promise<Uint8Array<ArrayBuffer>> {
  for await (const { body } of files) return await new Response(body).bytes();
  throw new Error("The export has no file");
}
