// Formats what the demo shows: directories as a tree, rows as a table.

const MAX_ENTRIES = 4;
const MAX_ROWS = 4;
const WIDTH = 30;

/** Returns a text on one line, without its middle if it is too long for a table. */
export function shorten(text: string, width: number = WIDTH): string {
  const characters = [...text.replace(/\s+/g, " ")];
  if (characters.length <= width) return characters.join("");
  const half = (width - 1) / 2;
  return `${characters.slice(0, Math.ceil(half)).join("")}…${
    characters.slice(-Math.floor(half)).join("")
  }`;
}

async function entriesOf(dir: string): Promise<Deno.DirEntry[]> {
  const entries = await Array.fromAsync(Deno.readDir(dir));
  return entries.sort((a, b) => a.name < b.name ? -1 : 1);
}

/** Returns a file's name and size. A directory that contains a single file is shown with it. */
async function nameOf(path: string, { name, isDirectory }: Deno.DirEntry): Promise<string> {
  if (!isDirectory) return `${name} (${(await Deno.stat(path)).size} bytes)`;
  const [only, ...others] = await entriesOf(path);
  const isAlone = only?.isFile && others.length === 0;
  return isAlone ? `${name}/${await nameOf(`${path}/${only.name}`, only)}` : `${name}/`;
}

/** Returns the lines of a directory's tree, with the first entries of long directories. */
export async function tree(dir: string, indent: string = "  "): Promise<string[]> {
  const entries = await entriesOf(dir);
  const shown = entries.length > MAX_ENTRIES ? entries.slice(0, MAX_ENTRIES - 1) : entries;
  const lines: string[] = [];
  for (const entry of shown) {
    const path = `${dir}/${entry.name}`;
    const name = await nameOf(path, entry);
    lines.push(indent + name);
    if (name.endsWith("/")) lines.push(...await tree(path, `${indent}  `));
  }
  const hidden = entries.length - shown.length;
  return hidden === 0 ? lines : [...lines, `${indent}… and ${hidden} more`];
}

/** Returns the lines of a table, with the last of many rows. */
export function table(rows: readonly Readonly<Record<string, string>>[]): string[] {
  const shown = rows.slice(-MAX_ROWS);
  const columns = Object.keys(rows[0] ?? {});
  const cells = [columns, ...shown.map((row) => columns.map((name) => shorten(row[name] ?? "")))];
  const widths = columns.map((_, i) => Math.max(...cells.map((line) => [...line[i]!].length)));
  const line = (texts: readonly string[]) =>
    texts.map((text, i) => text + " ".repeat(widths[i]! - [...text].length)).join("  ").trimEnd();
  const hidden = rows.length - shown.length;
  return [
    line(cells[0]!),
    line(widths.map((width) => "-".repeat(width))),
    ...(hidden === 0 ? [] : [`… ${hidden} before`]),
    ...cells.slice(1).map(line),
  ];
}
