/** A module of scripts/std/, which stands in for one of the @std packages. */
export interface StandIn {
  /** The package, such as `"csv"`. */
  readonly name: string;
  /** The subpath that the package exports it by, such as `"./stringify"`, or `"."`. */
  readonly subpath: string;
  /** The path below the folder of the package. */
  readonly path: string;
  /** The specifier of its imports, such as `"@std/csv/stringify"`. */
  readonly specifier: string;
  readonly module: URL;
}

/** The modules of scripts/std/: `csv/stringify.ts` stands in for `@std/csv/stringify`. */
export async function standIns(root: URL): Promise<StandIn[]> {
  const found: StandIn[] = [];
  const std = new URL("scripts/std/", root);
  for await (const { name } of Deno.readDir(std)) {
    for await (const path of filesIn(new URL(`${name}/`, std))) {
      const stem = path.replace(/\.ts$/, "").replaceAll("_", "-");
      const subpath = stem === "mod" ? "." : `./${stem}`;
      const specifier = `@std/${name}${subpath.slice(1)}`;
      found.push({ name, subpath, path, specifier, module: new URL(`${name}/${path}`, std) });
    }
  }
  return found;
}

async function* filesIn(folder: URL): AsyncGenerator<string, void, undefined> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (!isDirectory) yield name;
    else for await (const path of filesIn(new URL(`${name}/`, folder))) yield `${name}/${path}`;
  }
}
