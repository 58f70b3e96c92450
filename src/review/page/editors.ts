import type { Sample, Verdict } from "./api.ts";
import { fill, make, visible } from "./dom.ts";

/** Who saves what is written. */
export interface EditorEvents {
  onCorrection(column: string, text: string): void;
  onComment(text: string): void;
}

/** What was written and not saved, by the row and the column, for as long as the page is open. */
const drafts: Map<string, string> = new Map();

/** Keeps what is written in a field until it is saved, also if another row is shown meanwhile. */
function drafted(
  field: HTMLInputElement | HTMLTextAreaElement,
  { key, saved }: { readonly key: () => string; readonly saved: () => string },
): { load(): void; take(): string | null } {
  const load = () => {
    field.value = drafts.get(key()) ?? saved();
  };
  field.addEventListener("input", () => drafts.set(key(), field.value));
  load();
  return {
    load,
    take() {
      drafts.delete(key());
      return field.value === saved() ? null : field.value;
    },
  };
}

/** Shows the fields for a correction and a comment, with what the person wrote before. */
export function showEditors(
  element: HTMLElement,
  sample: Sample,
  { username, events }: { readonly username: string; readonly events: EditorEvents },
): void {
  const own = sample.verdicts.filter((verdict) => verdict.username === username);
  fill(element, correctionCard(sample, own, events), commentCard(sample, own, events));
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
  const draft = drafted(area, {
    key: () => `${sample.rowId} ${choice.value}`,
    saved: () => text(choice.value),
  });
  const save = () => {
    const written = choice.value === "" ? null : draft.take();
    if (written !== null) events.onCorrection(choice.value, written);
    area.blur();
  };
  choice.addEventListener("change", () => draft.load());
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

function commentCard(
  { rowId }: Sample,
  own: readonly Verdict[],
  events: EditorEvents,
): HTMLElement {
  const before = own.find(({ column }) => column === "")?.comment ?? "";
  const field = make("input", {
    "id": "comment",
    "aria-label": "Comment",
    "placeholder": "Press c to write a remark",
  });
  const draft = drafted(field, { key: () => rowId, saved: () => before });
  const save = () => {
    const written = draft.take();
    if (written !== null) events.onComment(written);
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

/** Puts the cursor into a field. Returns whether the field is there. */
export function edit(id: "correction" | "comment" | "search"): boolean {
  const field = document.getElementById(id) as HTMLInputElement | HTMLTextAreaElement | null;
  field?.focus();
  field?.select();
  return field !== null;
}
