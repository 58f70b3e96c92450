import type { Counts } from "./api.ts";
import { byId, fill, make, visible } from "./dom.ts";
import { moment, number, stamp } from "./format.ts";

const NAMES = ["flag", "username", "file", "review", "search", "from", "before"];

/** The filters, which are the query of the page's address: they outlast a reload, and can be sent. */
export class Filters {
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
    addEventListener("popstate", onChange);
  }

  /** The parameters that are filters, and no others. */
  get params(): URLSearchParams {
    const all = new URLSearchParams(location.search);
    return new URLSearchParams(
      [...all].filter(([name]) => NAMES.includes(name) || name.startsWith("is.")),
    );
  }

  get isEmpty(): boolean {
    return this.params.size === 0;
  }

  set(change: (params: URLSearchParams) => void): void {
    const params = this.params;
    const isSearching = params.has("search");
    change(params);
    const address = params.size === 0 ? location.pathname : `?${params}`;
    // Each letter of a search is not a step to go back.
    if (isSearching && params.has("search")) history.replaceState(null, "", address);
    else history.pushState(null, "", address);
    this.#onChange();
  }

  toggle(name: string, value: string): void {
    this.set((params) =>
      params.has(name, value) ? params.delete(name, value) : params.append(name, value)
    );
  }

  clear(): void {
    this.set((params) => [...params.keys()].forEach((name) => params.delete(name)));
  }

  /** Shows the choices, with what is chosen. */
  show(counts: Counts): void {
    const focused = document.activeElement?.getAttribute("data-choice");
    const groups = counts.facets.flatMap(({ column, values }) => {
      const isOwn = column === "flag" || column === "username";
      const title = isOwn ? column[0]!.toUpperCase() + column.slice(1) : column;
      return this.#group(
        title,
        isOwn ? column : `is.${column}`,
        values.map((one) => [one.value, one.count]),
      );
    });
    const own =
      counts.facets.filter(({ column }) => column === "flag" || column === "username").length;
    const review = Object.entries(counts.review).map(([state, count]) => [state, count] as const);
    const files = counts.files.map((file) => [file, null] as const);
    fill(
      byId("filters"),
      ...groups.slice(0, 1),
      ...this.#histogram(counts),
      ...groups.slice(1, own),
      ...this.#group("Review", "review", review),
      ...files.length > 1 ? this.#group("Version", "file", files) : [],
      ...groups.slice(own),
      this.isEmpty
        ? null
        : make("button", { class: "clear", click: () => this.clear() }, "Clear filters"),
    );
    if (focused === null || focused === undefined) return;
    document.querySelector<HTMLElement>(`[data-choice="${CSS.escape(focused)}"]`)?.focus();
  }

  #group(
    title: string,
    name: string,
    values: readonly (readonly [string, number | null])[],
  ): Node[] {
    const { params } = this;
    const chosen = params.getAll(name).filter((text) => !values.some(([value]) => value === text));
    const all = [...values, ...chosen.map((text) => [text, 0] as const)];
    if (all.length === 0) return [];
    const choices = all.map(([value, count]) =>
      make(
        "label",
        {},
        make("input", {
          "type": "checkbox",
          "data-choice": `${name}=${value}`,
          "checked": params.has(name, value),
          "change": () => this.toggle(name, value),
        }),
        make("span", { class: "value", title: value }, value === "" ? "(none)" : visible(value)),
        make("i", {}, count === null ? "" : number(count)),
      )
    );
    return [
      make(
        "div",
        { role: "group", "aria-label": title },
        make("h2", {}, visible(title)),
        ...choices,
      ),
    ];
  }

  #histogram({ histogram }: Counts): Node[] {
    if (histogram.length === 0) return [];
    const most = Math.max(...histogram.map(({ count }) => count), 1);
    const from = this.params.get("from");
    const span = histogram.at(-1)!.to - histogram[0]!.from;
    const label = (milliseconds: number) => moment(milliseconds, span);
    const bars = histogram.map((bucket) => {
      const isOn = from === stamp(bucket.from);
      const bar = make("button", {
        "class": "bar",
        "aria-pressed": isOn ? "true" : "false",
        "aria-label": `${label(bucket.from)}: ${bucket.count}`,
        "title": `${label(bucket.from)}: ${number(bucket.count)}`,
        "click": () => this.#span(isOn ? null : bucket),
      });
      bar.style.setProperty("--share", `${bucket.count / most}`);
      return bar;
    });
    return [
      make(
        "div",
        { role: "group", "aria-label": "When" },
        make("h2", {}, "When"),
        make("div", { class: "hist" }, ...bars),
        make(
          "div",
          { class: "axis" },
          make("span", {}, label(histogram[0]!.from)),
          make("span", {}, label(histogram.at(-1)!.to)),
        ),
      ),
    ];
  }

  #span(bucket: { readonly from: number; readonly to: number } | null): void {
    this.set((params) => {
      params.delete("from");
      params.delete("before");
      if (bucket === null) return;
      params.set("from", stamp(bucket.from));
      params.set("before", stamp(bucket.to));
    });
  }
}
