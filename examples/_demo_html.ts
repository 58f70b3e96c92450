// Builds HTML in which every text is escaped.

/** HTML that is ready to send. */
export interface Markup {
  readonly source: string;
}

/** A text, or HTML, or a list of either. */
type Part = string | Markup | readonly Part[];

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function sourceOf(part: Part): string {
  if (typeof part === "string") return escape(part);
  return "source" in part ? part.source : part.map(sourceOf).join("");
}

/** Tags a template of HTML. The texts in it are escaped, so that nobody can write HTML by a prompt. */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { source: String.raw({ raw: strings }, ...parts.map(sourceOf)) };
}

/** Returns HTML of a function that escapes by itself, such as `renderFeedback()`. */
export function trusted(source: string): Markup {
  return { source };
}
