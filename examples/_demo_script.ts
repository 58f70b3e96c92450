// The demo's script, which runs in the browser: it shows rows as they come in. The buttons are brought to
// life by the endpoint's own script, element.js.

/** The script. It builds elements from texts, and so never takes a text for HTML. */
export const SCRIPT: string = `
const POLL_MS = 1000;
let last = "";

function element(tag, ...children) {
  const made = document.createElement(tag);
  made.append(...children);
  return made;
}

function rowOf({ id, isOver, cells }, known) {
  const row = element("tr", ...cells.map((text) =>
    element("td", isOver && text !== "" ? element("del", text) : text)
  ));
  row.dataset.id = id;
  if (!known.has(id)) row.className = "new";
  return row;
}

/** Shows the rows of a dataset. Those that were not shown before are highlighted. */
function show({ file, rows }) {
  const body = document.querySelector(\`table[data-file="\${CSS.escape(file)}"] tbody\`);
  const known = new Set([...body.rows].map((row) => row.dataset.id));
  if (rows.some(({ id }) => !known.has(id)) || body.rows.length !== rows.length) {
    body.replaceChildren(...rows.map((row) => rowOf(row, known)));
  }
}

async function refresh() {
  const response = await fetch("/rows");
  const text = await response.text();
  if (!response.ok || text === last) return;
  last = text;
  JSON.parse(text).forEach(show);
}

/** Fails if the server was stopped; the next call finds out whether it is back. */
const refreshQuietly = () => refresh().catch(() => {});

document.addEventListener("flagstone-saved", refreshQuietly);
document.addEventListener("flagstone-sent", refreshQuietly);
setInterval(() => document.hidden || refreshQuietly(), POLL_MS);
`;
