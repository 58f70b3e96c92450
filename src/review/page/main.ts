import {
  type About,
  type Counts,
  Failure,
  fetchJson,
  type Row,
  type RowsPage,
  type Sample,
} from "./api.ts";
import { byId, fill, make } from "./dom.ts";
import { edit, showEditors } from "./editors.ts";
import { Filters } from "./filters.ts";
import { label, number } from "./format.ts";
import { listenToKeys } from "./keys.ts";
import { List } from "./list.ts";
import { Outbox } from "./outbox.ts";
import { showHeading, showSample } from "./sample_panel.ts";
import { Samples } from "./samples.ts";
import { Judging } from "./verdicts.ts";

const POLL_INDEXING_MS = 400;
const POLL_MS = 10_000;
const SEARCH_MS = 250;

const about = await fetchJson<About>("about");
const filters = new Filters(() => reload());
const list = new List((row) => show(row), () => loadMore());
const outbox = new Outbox({
  onSaved({ rowId }, { state, verdicts }) {
    const own = verdicts.find(({ column, username }) =>
      column === "" && username === about.username
    );
    const said = { flag: own?.flag ?? "", comment: own?.comment ?? "" };
    list.replace(rowId, (row) => ({ ...row, state, own: said }));
    const kept = samples.kept(rowId);
    if (kept !== null) samples.keep({ ...kept, state, verdicts });
    if (list.chosen?.rowId === rowId) show(list.chosen);
    markOptions();
  },
  onRefused({ rowId }, message) {
    samples.forget(rowId);
    say(message);
  },
  onChange(pending, trouble) {
    isJudged ||= pending > 0;
    const text = pending === 0 ? "" : `${pending} unsent${trouble === "" ? "" : `: ${trouble}`}`;
    byId("pending").textContent = text;
    byId("pending").classList.toggle("bad", trouble !== "");
    if (pending === 0) setTimeout(count, 0);
  },
});
const samples = new Samples();
const judging = new Judging(list, outbox, about);

/** Where the next page begins; `null` at the end, and `undefined` while one is loading. */
let next: string | null | undefined = null;
/** Grows with each change of filters, so that late answers are told from current ones. */
let generation = 0;
/** The row whose sample is shown. */
let shown: Row | null = null;
/** The field that gets the cursor once the sample is shown. */
let awaited: "correction" | "comment" | "search" | null = null;
let known: Counts | null = null;
let wasIndexing = false;
/** Whether the person said something, so that the list must stay as it is. */
let isJudged = false;
let timer: ReturnType<typeof setTimeout> | undefined;

function say(text: string): void {
  byId("status").textContent = text;
}

function failed(error: unknown): void {
  say(error instanceof Failure ? error.message : "The server does not answer");
}

/** Shows the rows from the newest on, as the address says. */
async function reload(): Promise<void> {
  generation++;
  known = null;
  samples.clear();
  const field = byId<HTMLInputElement>("search");
  if (document.activeElement !== field) field.value = filters.params.get("search") ?? "";
  list.clear();
  show(null);
  await load(null);
  await count();
}

async function load(after: string | null): Promise<void> {
  const own = generation;
  const params = filters.params;
  if (after !== null) params.set("after", after);
  next = undefined;
  byId("more").textContent = "Loading…";
  try {
    const page = await fetchJson<RowsPage>(`rows?${params}`);
    if (own !== generation) return;
    say("");
    next = page.next;
    list.add(page.rows);
    byId("more").textContent = list.rows.length > 0 || next !== null ? "" : emptyText();
    if (next !== null && (page.rows.length === 0 || isEndVisible())) loadMore();
  } catch (error) {
    if (own !== generation) return;
    failed(error);
    byId("more").textContent = "";
    next = after; // so that scrolling, or a reload, tries again
  }
}

function emptyText(): string {
  return filters.isEmpty ? "Nothing was flagged yet." : "No rows pass these filters.";
}

function isEndVisible(): boolean {
  return byId("more").getBoundingClientRect().top < byId("rows").getBoundingClientRect().bottom;
}

function loadMore(): void {
  if (typeof next === "string") load(next);
}

/** Shows the counts, which come after the rows; and again while they are made, or as rows are added. */
async function count(): Promise<void> {
  clearTimeout(timer);
  const own = generation;
  try {
    const counts = await fetchJson<Counts>(`counts?${filters.params}`);
    if (own !== generation) return;
    filters.show(counts);
    const isSorted = wasIndexing && counts.index === "ready" && counts.files.length > 1;
    wasIndexing = counts.index === "indexing";
    // Until the index is there, the rows of one file follow those of another one.
    if (isSorted && list.isAtStart && !isJudged) return void reload();
    showTotals(counts);
    timer = setTimeout(count, counts.index === "indexing" ? POLL_INDEXING_MS : POLL_MS);
  } catch (error) {
    if (own === generation) failed(error);
    timer = setTimeout(count, POLL_MS);
  }
}

function showTotals(counts: Counts): void {
  const { index, all, total, files, progress } = counts;
  const versions = files.length > 1 ? ` · ${files.length} versions` : "";
  byId("totals").textContent = index === "indexing"
    ? `counting… ${Math.round(progress * 100)} %`
    : all === null
    ? versions.slice(3)
    : `${total === null || total === all ? "" : `${number(total)} of `}${number(all)} ${
      all === 1 ? "sample" : "samples"
    }${versions}`;
  if (known === null || known.total === null) known = counts;
  const more = (total ?? 0) - (known.total ?? 0);
  const button = byId("new");
  button.hidden = more <= 0;
  button.textContent = `${number(more)} new`;
}

/** Shows a row: at once what the list knows, then the sample. */
async function show(row: Row | null): Promise<void> {
  markOptions();
  const panel = byId("sample");
  if (row?.rowId !== shown?.rowId) awaited = null;
  if (row === null) {
    shown = null;
    fill(panel, make("p", { class: "soft" }, "Choose a sample."));
    fill(byId("editors"));
    return;
  }
  const kept = samples.kept(row.rowId);
  if (kept !== null) showWhole(row, kept);
  else if (row.rowId !== shown?.rowId) {
    shown = null;
    showHeading(panel, row);
    fill(byId("editors"));
  }
  try {
    if (kept === null) {
      const sample = await samples.fetch(row);
      if (list.chosen?.rowId !== row.rowId) return;
      showWhole(row, sample);
    }
    samples.prefetch(list.following);
  } catch (error) {
    if (list.chosen?.rowId !== row.rowId) return;
    awaited = null;
    const text = error instanceof Failure ? error.message : "The server does not answer";
    panel.append(make("p", { class: "bad" }, text));
  }
}

function showWhole(row: Row, sample: Sample): void {
  const isSame = shown?.rowId === row.rowId;
  if (isSame && document.activeElement?.closest("#editors")) return; // nothing is lost as it is typed
  shown = row;
  showSample(byId("sample"), row, sample);
  if (!isSame) byId("scroll").scrollTop = 0;
  const { username } = about;
  showEditors(byId("editors"), sample, { username, events: editing(row, sample) });
  if (awaited !== null) edit(awaited);
  awaited = null;
}

/** Puts the cursor into a field, or waits for it: keys that follow are meant for the field. */
function editSoon(field: "correction" | "comment" | "search"): void {
  if (!edit(field) && list.chosen !== null) awaited = field;
}

function editing(row: Row, sample: Sample): Parameters<typeof showEditors>[2]["events"] {
  return {
    onCorrection: (column, text) => judging.correct(row, sample, { column, text }),
    onComment: (text) => judging.comment(row, text),
  };
}

function markOptions(): void {
  const flag = list.chosen?.own.flag;
  for (const button of byId("options").children) {
    button.setAttribute(
      "aria-pressed",
      button.getAttribute("data-option") === flag ? "true" : "false",
    );
  }
}

function showExport(): void {
  const link = (format: string, isApplied: boolean) => {
    const params = filters.params;
    params.set("format", format);
    if (isApplied) params.set("verdicts", "apply");
    return `export?${params}`;
  };
  const applied = make("input", { type: "checkbox" });
  const links = ["jsonl", "csv"].map((format) =>
    make("a", { class: "btn", download: `data.${format}` }, format.toUpperCase())
  );
  const set = () =>
    links.forEach((one, i) => one.href = link(["jsonl", "csv"][i]!, applied.checked));
  applied.addEventListener("change", set);
  set();
  fill(
    byId("export-body"),
    make("p", {}, "The rows that pass the filters, as one file."),
    make(
      "label",
      {},
      applied,
      " Apply verdicts: leave out rejected and unclear rows, and put corrections in",
    ),
    make("p", { class: "row" }, ...links),
  );
  byId<HTMLDialogElement>("export").showModal();
}

byId("options").append(
  ...about.options.map((option, i) =>
    make(
      "button",
      {
        "class": "v",
        "data-option": option,
        "aria-pressed": "false",
        "click": () => judging.judge(i + 1),
      },
      i < 9 ? make("kbd", {}, `${i + 1}`) : null,
      ` ${label(option)}`,
    )
  ),
);
byId("name").textContent = about.name;
document.title = `${about.name} · Flagstone review`;
byId("who").textContent = about.username;
byId("new").addEventListener("click", () => reload());
byId("export-open").addEventListener("click", showExport);
byId("help-open").addEventListener("click", () => byId<HTMLDialogElement>("help").showModal());
byId("filters-open").addEventListener("click", () => document.body.classList.toggle("filtering"));
let typing: ReturnType<typeof setTimeout> | undefined;
byId("search").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => {
    const { value } = byId<HTMLInputElement>("search");
    filters.set((params) => value === "" ? params.delete("search") : params.set("search", value));
  }, SEARCH_MS);
});
listenToKeys({
  move: (by) => list.move(by),
  judge: (at) => judging.judge(at),
  edit: editSoon,
  isWaiting: () => awaited !== null,
  undo: () => say(judging.undo()),
  help: () => byId<HTMLDialogElement>("help").showModal(),
});
await reload();
