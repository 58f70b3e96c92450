/** A module of scripts/std/, which stands in for one of the @std packages. */
export interface StandIn {
  /** The package, such as `"csv"`. */
  readonly name: string;
  /** The subpath that the package exports it by, such as `"./stringify"`, or `"."`. */
  readonly subpath: string;
  /** What it is imported by, such as `"@std/csv/stringify"`. */
  readonly specifier: string;
  readonly module: URL;
}

/** The modules of scripts/std/: `csv/stringify.ts` stands in for `@std/csv/stringify`. */
export async function standIns(root: URL): Promise<StandIn[]> {
  const found: StandIn[] = [];
  const std = new URL("scripts/std/", root);
  for await (const { name } of Deno.readDir(std)) {
    for await (const { name: file } of Deno.readDir(new URL(`${name}/`, std))) {
      const stem = file.replace(/\.ts$/, "").replaceAll("_", "-");
      const subpath = stem === "mod" ? "." : `./${stem}`;
      const specifier = `@std/${name}${subpath.slice(1)}`;
      found.push({ name, subpath, specifier, module: new URL(`${name}/${file}`, std) });
    }
  }
  return found;
}
