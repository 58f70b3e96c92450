import { fromFileUrl } from "@std/path/posix/from-file-url";

const ABSOLUTE = /^(?:[a-z]:)?[/\\]/i;

/** The root as an absolute path, which a later change of the current directory does not affect. */
export function rootPath(options: { readonly root: string | URL }): string {
  const root = options?.root;
  // On Windows a file URL has a slash before the drive.
  if (root instanceof URL) return withoutSlash(fromFileUrl(root).replace(/^\/(?=[a-z]:)/i, ""));
  const mistake = mistakeIn(root, options);
  if (mistake !== undefined) throw new TypeError(`Cannot use the local disk: ${mistake}`);
  const isAbsolute = ABSOLUTE.test(root);
  return withoutSlash(isAbsolute ? root : `${Deno.cwd()}/${root.replace(/^(?:\.\/)+/, "")}`);
}

function mistakeIn(root: unknown, options: unknown): string | undefined {
  const shown = JSON.stringify(typeof options === "string" ? options : root);
  if (typeof options === "string") return `pass { root: ${shown} }`;
  if (typeof root !== "string") return `root must be a path or a file URL, not ${root}`;
  if (/^~(?:$|\/)/.test(root)) return `"~" in ${shown} is not expanded: pass the whole path`;
  return /^file:/i.test(root) ? `${shown} is a text: pass new URL(${shown})` : undefined;
}

function withoutSlash(path: string): string {
  return path.replace(/(?<=.)[/\\]+$/, "");
}
