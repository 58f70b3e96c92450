import { compareKeys, isValidKey } from "../validate_key.ts";

/** Options of {@linkcode walkKeys}. */
export interface WalkOptions {
  readonly prefix: string;
  readonly after: string;
  /** Called with the path of each entry that is not a valid key, such as a staged file. */
  readonly onOther: (path: string) => void;
}

/** Whether a directory, as the common start of its keys with the slash, may contain wanted keys. */
function mayHold(dirKey: string, { prefix, after }: WalkOptions): boolean {
  const inPrefix = dirKey.startsWith(prefix) || prefix.startsWith(dirKey);
  return inPrefix &&
    (after.startsWith(dirKey) || compareKeys(dirKey, after) > 0);
}

async function entriesOf(dir: string): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(dir));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return []; // removed since it was listed
    throw error;
  }
}

/**
 * Yields the keys below a directory in the order of their UTF-8 bytes. Symbolic links and names that
 * are not valid keys are skipped.
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
    // With its slash a directory sorts like its keys: "a-b" and "a.b" come before "a/b".
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
