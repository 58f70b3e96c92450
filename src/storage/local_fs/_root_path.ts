import { fromFileUrl } from "@std/path/from-file-url";
import { isAbsolute } from "@std/path/is-absolute";

/** The root as an absolute path, which a later change of the current directory does not affect. */
export function rootPath(options: { readonly root: string | URL }): string {
  const root = options?.root;
  if (root instanceof URL) return withoutSlash(fromFileUrl(root));
  const hint = mistakeIn(root, options);
  if (hint !== undefined) throw new TypeError(`Cannot use the local disk: ${hint}`);
  return withoutSlash(isAbsolute(root) ? root : `${Deno.cwd()}/${root.replace(/^(?:\.\/)+/, "")}`);
}

function mistakeIn(root: unknown, options: unknown): string | undefined {
  if (typeof options === "string") return `pass { root: ${JSON.stringify(options)} }`;
  if (typeof root !== "string") return `root must be a path or a file URL, not ${root}`;
  const shown = JSON.stringify(root);
  if (root.startsWith("~/")) return `"~" in ${shown} is not expanded: pass the whole path`;
  if (/^file:/i.test(root)) return `${shown} is a text: pass new URL(${shown})`;
  return undefined;
}

function withoutSlash(path: string): string {
  return path.replace(/(?<=.)[/\\]+$/, "");
}
