import type { Sample, Verdict } from "./api.ts";
import { byId, fill, make, visible } from "./dom.ts";

/** Who saves what is written. */
export interface EditorEvents {
  onCorrection(column: string, text: string): void;
  onComment(text: string): void;
}

/** Shows the fields for a correction and a comment, with what the person wrote before. */
export function showEditors(
  element: HTMLElement,
  sample: Sample,
  { username, events }: { readonly username: string; readonly events: EditorEvents },
): void {
  const own = sample.verdicts.filter((verdict) => verdict.username === username);
  fill(element, correctionCard(sample, own, events), commentCard(own, events));
}

function correctionCard(
  sample: Sample,
  own: readonly Verdict[],
  events: EditorEvents,
): HTMLElement {
  const columns = sample.cells.map(({ column }) => column)
    .filter((column) => !["flag", "username", "timestamp", "id"].includes(column));
  const text = (column: string) =>
    own.find((verdict) => verdict.column === column)?.correction ?? "";
  const area = make("textarea", {
    "id": "correction",
    "rows": 3,
    "aria-label": "Correction",
    "placeholder": "Press e to write what it should have been",
  });
  const choice = make(
    "select",
    { "id": "column", "aria-label": "Column to correct" },
    ...columns.map((column) =>
      make("option", { value: column, selected: column === sample.answer }, visible(column))
    ),
  );
  const load = () => area.value = text(choice.value);
  load();
  const save = () => {
    if (choice.value !== "" && area.value !== text(choice.value)) {
      events.onCorrection(choice.value, area.value);
    }
    area.blur();
  };
  choice.addEventListener("change", load);
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save();
  });
  return make(
    "div",
    { class: "card" },
    make("h2", {}, "correction of ", choice),
    area,
    make(
      "div",
      { class: "row" },
      make("button", { click: save }, "Save"),
      make("kbd", {}, "Ctrl"),
      make("kbd", {}, "Enter"),
    ),
  );
}

function commentCard(own: readonly Verdict[], events: EditorEvents): HTMLElement {
  const before = own.find(({ column }) => column === "")?.comment ?? "";
  const field = make("input", {
    "id": "comment",
    "aria-label": "Comment",
    "placeholder": "Press c to write a remark",
  });
  field.value = before;
  const save = () => {
    if (field.value !== before) events.onComment(field.value);
    field.blur();
  };
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) save();
  });
  return make(
    "div",
    { class: "card" },
    make("h2", {}, "comment"),
    field,
    make(
      "div",
      { class: "row" },
      make("button", { click: save }, "Save"),
      make("kbd", {}, "Enter"),
    ),
  );
}

/** Puts the cursor into a field. */
export function edit(id: "correction" | "comment" | "search"): void {
  const field = byId<HTMLInputElement | HTMLTextAreaElement>(id);
  field?.focus();
  field?.select();
}
