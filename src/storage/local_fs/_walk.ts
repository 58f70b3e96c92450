import { compareKeys, isValidKey } from "../validate_key.ts";

/** What a walk looks for. */
export interface WalkOptions {
  readonly prefix: string;
  readonly after: string;
  /** Called with the path of each entry that is no key, such as a stage file. */
  readonly onOther: (path: string) => void;
}

/** Whether a directory (its keys' common beginning, with the slash) may hold what is looked for. */
function mayHold(dirKey: string, { prefix, after }: WalkOptions): boolean {
  const inPrefix = dirKey.startsWith(prefix) || prefix.startsWith(dirKey);
  return inPrefix &&
    (after.startsWith(dirKey) || compareKeys(dirKey, after) > 0);
}

async function entriesOf(dir: string): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(dir));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return []; // removed since it was seen
    throw error;
  }
}

/**
 * The keys below a directory in the order of their UTF-8 bytes. Symbolic links and names that are no
 * keys are passed over.
 */
export async function* walkKeys(
  dir: string,
  dirKey: string,
  options: WalkOptions,
): AsyncGenerator<string, void, undefined> {
  const found: string[] = [];
  for (const { name, isFile, isDirectory } of await entriesOf(dir)) {
    const key = dirKey + name;
    if (!isValidKey(key)) options.onOther(`${dir}/${name}`);
    // With its slash a directory sorts where its keys do: "a-b" and "a.b" come before "a/b".
    else if (isDirectory && mayHold(`${key}/`, options)) found.push(`${key}/`);
    else if (
      isFile && key.startsWith(options.prefix) &&
      compareKeys(key, options.after) > 0
    ) {
      found.push(key);
    }
  }
  for (const key of found.sort(compareKeys)) {
    if (key.endsWith("/")) {
      yield* walkKeys(`${dir}/${key.slice(dirKey.length, -1)}`, key, options);
    } else yield key;
  }
}
