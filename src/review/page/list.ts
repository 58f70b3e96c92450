import { fileUrl, type Row } from "./api.ts";
import { byId, fill, make, visible } from "./dom.ts";
import { time, tone } from "./format.ts";

/** The list of rows, of which one is chosen. */
export class List {
  readonly rows: Row[] = [];
  readonly #element: HTMLElement = byId("list");
  readonly #onChoose: (row: Row | null) => void;
  readonly #onEnd: () => void;
  #at = -1;

  constructor(onChoose: (row: Row | null) => void, onEnd: () => void) {
    this.#onChoose = onChoose;
    this.#onEnd = onEnd;
    const sentinel = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) onEnd();
    }, { root: this.#element.parentElement, rootMargin: "600px" });
    sentinel.observe(byId("more"));
  }

  get chosen(): Row | null {
    return this.rows[this.#at] ?? null;
  }

  /** Whether the person did not go on from the first row. */
  get isAtStart(): boolean {
    return this.#at <= 0;
  }

  /** The row after the chosen one. */
  get following(): Row | undefined {
    return this.rows[this.#at + 1];
  }

  clear(): void {
    this.rows.length = 0;
    this.#at = -1;
    fill(this.#element);
    this.#element.classList.remove("pictures");
  }

  add(rows: readonly Row[]): void {
    const first = this.rows.length;
    this.rows.push(...rows);
    if (rows.some(({ picture }) => picture !== null)) this.#element.classList.add("pictures");
    this.#element.append(...rows.map((row, i) => this.#item(row, first + i)));
    if (this.#at < 0 && rows.length > 0) this.choose(0);
  }

  choose(at: number): void {
    if (at < 0 || at >= this.rows.length) return;
    this.#element.children[this.#at]?.setAttribute("aria-selected", "false");
    this.#at = at;
    const item = this.#element.children[at] as HTMLElement;
    item.setAttribute("aria-selected", "true");
    item.scrollIntoView({ block: "nearest" });
    this.#element.setAttribute("aria-activedescendant", item.id);
    if (at > this.rows.length - 10) this.#onEnd();
    this.#onChoose(this.chosen);
  }

  move(by: number): void {
    this.choose(this.#at + by);
  }

  chooseRow(rowId: string): void {
    this.choose(this.rows.findIndex((row) => row.rowId === rowId));
  }

  /** Shows a row anew, after a verdict on it. */
  replace(rowId: string, change: (row: Row) => Row): void {
    for (const [i, row] of this.rows.entries()) {
      if (row.rowId !== rowId) continue;
      const next = change(row);
      this.rows[i] = next;
      const item = this.#item(next, i);
      item.setAttribute("aria-selected", i === this.#at ? "true" : "false");
      this.#element.children[i]!.replaceWith(item);
    }
  }

  #item(row: Row, at: number): HTMLElement {
    const { title, flag, username, state } = row;
    const picture = make(
      "span",
      { class: "pic" },
      row.picture === null ? null : thumbnail(row, row.picture),
    );
    return make(
      "li",
      {
        "id": `row-${at}`,
        "role": "option",
        "aria-selected": "false",
        "data-row": row.rowId,
        "click": () => this.choose(at),
      },
      picture,
      make("p", { dir: "auto" }, title === "" ? "(empty)" : visible(title)),
      badge(flag, state),
      make("small", {}, visible(username || "(none)"), ` · ${time(row.time)}`),
    );
  }
}

/** What stands at the end of a row: the state of review, or else the user's flag. */
function badge(flag: string, state: string): HTMLElement {
  if (state === "disagreed") return make("span", { class: "flag split" }, "disagreement");
  if (state !== "open") return make("span", { class: "flag done" }, visible(state));
  return make("span", { class: flag === "" ? "" : `flag ${tone(flag)}` }, visible(flag));
}

function thumbnail(row: Row, column: string): HTMLElement {
  const image = make("img", {
    "loading": "lazy",
    "alt": "",
    "width": 44,
    "height": 44,
    "error": () => image.remove(),
    "src": fileUrl(row, column, 0),
  });
  return image;
}
