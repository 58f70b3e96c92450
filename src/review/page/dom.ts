/** What an element is made of: texts become text nodes, so that no data is ever parsed as HTML. */
export type Child = Node | string | null | false;

type Properties = Readonly<Record<string, string | number | boolean | EventListener | undefined>>;

/** Makes an element. Properties that are functions are listeners, and `false` ones are left out. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Properties = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (typeof value === "function") element.addEventListener(key, value);
    else if (value !== undefined && value !== false) {
      element.setAttribute(key, value === true ? "" : `${value}`);
    }
  }
  element.append(...children.filter((child) => child !== null && child !== false));
  return element;
}

/** Returns the element of the page with an id. */
export function byId<Type extends HTMLElement>(id: string): Type {
  return document.getElementById(id) as Type;
}

/**
 * Characters that are invisible or change the order of others: controls, marks of direction, spaces
 * without width. Joiners are left alone, as scripts and emoji need them.
 */
const HIDDEN =
  // deno-lint-ignore no-control-regex -- these are what is searched
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** Returns a text as nodes, with hidden characters made visible. */
export function visible(text: string): DocumentFragment {
  const fragment = document.createDocumentFragment();
  let at = 0;
  for (const { 0: character, index } of text.matchAll(HIDDEN)) {
    const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
    fragment.append(text.slice(at, index), make("span", { class: "hidden" }, `U+${code}`));
    at = index + character.length;
  }
  fragment.append(text.slice(at));
  return fragment;
}

/** Replaces what an element contains. */
export function fill(element: Element, ...children: readonly Child[]): void {
  element.replaceChildren(...children.filter((child) => child !== null && child !== false));
}
