/** A fenced block of code. */
export interface CodeBlock {
  /** The words after the fence, such as `"ts ignore"`. */
  readonly info: string;
  readonly code: string;
}

/** A section: its heading with the text up to the next heading. */
export interface Section {
  readonly title: string;
  /** The number of `#`. */
  readonly level: number;
  /** The name that links use, as GitHub and JSR form it. */
  readonly anchor: string;
  readonly text: string;
}

const FENCED = /^```(.*)\n([^]*?)^```$/gm;

/** Returns the fenced blocks of a page, in order. */
export function codeBlocksOf(page: string): CodeBlock[] {
  return [...page.matchAll(FENCED)].map(([, info = "", code = ""]) => ({ info, code }));
}

/** Returns a page without its fenced blocks. */
export function proseOf(page: string): string {
  return page.replace(FENCED, "");
}

function anchorOf(title: string): string {
  return title.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").trim().replaceAll(" ", "-");
}

/** Returns the sections of a page; the text before the first heading belongs to none. */
export function sectionsOf(page: string): Section[] {
  const parts = proseOf(page).split(/^(#+) (.+)$/m).slice(1);
  return Array.from({ length: parts.length / 3 }, (_, i) => {
    const [marks = "", title = "", text = ""] = parts.slice(3 * i, 3 * i + 3);
    return { title, level: marks.length, anchor: anchorOf(title), text };
  });
}

/** Returns the targets of all links of a page, except those to other sites. */
export function localLinksOf(page: string): string[] {
  return [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !target.startsWith("https:"));
}

/** Returns the items of all bulleted lists of a text, each on one line. */
export function listItemsOf(text: string): string[] {
  return [...text.matchAll(/^- (.+(?:\n {2}.+)*)$/gm)]
    .map(([, item = ""]) => item.replace(/\s+/g, " "));
}
