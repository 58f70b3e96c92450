// The demo's style sheet. It also styles the feedback forms, which are part of the page.

/** The style sheet, for light and dark. */
export const STYLE: string = `
:root {
  color-scheme: light dark;
  --bg: light-dark(#f7f7f5, #17181a);
  --panel: light-dark(#fff, #1f2124);
  --line: light-dark(#dddcd7, #3a3d42);
  --text: light-dark(#1d1f21, #e7e6e3);
  --soft: light-dark(#5f6266, #a3a7ac);
  --accent: light-dark(#1f5fbf, #7fb0ff);
  --on: light-dark(#fff, #10213b);
  --code: light-dark(#f0efec, #26292d);
  --chosen: light-dark(#eaf1fc, #22304a);
}
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--bg); }
main { max-width: 1080px; margin: 0 auto; padding: 28px 24px; }
h1 { font-size: 22px; margin: 0; }
h2 { font-size: 14px; margin: 0 0 12px; color: var(--soft); font-weight: 600; }
.soft { margin: 4px 0 22px; color: var(--soft); }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.two { display: grid; grid-template-columns: 1fr 1fr; gap: 20px; margin-bottom: 20px; }
.card { min-width: 0; padding: 18px; background: var(--panel); border: 1px solid var(--line); border-radius: 10px; }

button, input, textarea {
  min-height: 44px; padding: 9px 16px; border: 1px solid var(--line); border-radius: 8px;
  font: inherit; color: inherit; background: var(--panel);
}
button { cursor: pointer; }
input, textarea { min-width: 0; padding: 9px 12px; background: var(--bg); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.primary { background: var(--accent); color: var(--on); border-color: var(--accent); }
.line { display: flex; gap: 8px; margin-bottom: 14px; }
.line input { flex: 1; }
.drawing { display: block; width: 100%; height: 280px; object-fit: contain; border-radius: 8px; background: #f5f3ee; margin-bottom: 14px; }

flagstone-feedback { display: block; }
fieldset, fieldset div { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
fieldset { min-width: 0; margin: 0; padding: 0; border: 0; }
fieldset div { flex: 1 0 100%; }
fieldset div:empty, fieldset p:empty { display: none; }
fieldset p { margin: 0; color: var(--soft); font-size: 14px; }
legend { float: left; margin-right: 2px; padding: 0; color: var(--soft); }
fieldset label { flex: 1; display: flex; gap: 8px; align-items: center; min-width: 180px; color: var(--soft); font-size: 14px; }
textarea { flex: 1; height: 44px; resize: vertical; color: var(--text); font-size: 16px; line-height: 24px; }
[aria-pressed="true"] { background: var(--chosen); border-color: var(--accent); color: var(--accent); font-weight: 600; }
/* The element takes the comment out of the form until it is asked for: do not show it before that. */
@media (scripting: enabled) {
  flagstone-feedback:not(:defined) label { display: none; }
}

.message { width: fit-content; max-width: 85%; margin: 0 0 8px; padding: 9px 14px; border-radius: 12px; background: var(--code); }
.mine { margin-left: auto; background: var(--chosen); }
.thumbs { margin: -2px 0 14px; }
.thumbs fieldset { gap: 4px; }
.thumbs button[name="option"] { display: inline-flex; align-items: center; justify-content: center; width: 44px; padding: 0; border-color: transparent; background: transparent; }
.thumbs button[aria-pressed="true"] { border-color: var(--accent); background: var(--chosen); }
.thumbs p { margin-left: 6px; }
.Like, .Dislike { width: 20px; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linejoin: round; }
.Dislike { rotate: 180deg; }
.questions { display: flex; flex-wrap: wrap; gap: 8px; }
.questions button { font-size: 14px; border-radius: 22px; }

.scroll { overflow-x: auto; }
.scroll + .scroll { margin-top: 16px; }
table { width: 100%; border-collapse: collapse; font: 12px/1.4 ui-monospace, monospace; }
caption { padding: 0 8px 4px; text-align: left; font-weight: 600; }
td, th { padding: 6px 8px; border-bottom: 1px solid var(--line); text-align: left; white-space: nowrap; }
th { color: var(--soft); font-weight: 600; }
tbody:empty::before { content: "No rows yet"; display: table-cell; padding: 6px 8px; color: var(--soft); }
del { color: var(--soft); }
.new td { background: var(--chosen); }

@media (max-width: 720px) {
  main { padding: 16px 12px; }
  .two { grid-template-columns: 1fr; }
  .card { padding: 14px; }
}
@media (forced-colors: active) {
  [aria-pressed="true"] { forced-color-adjust: none; background: Highlight; color: HighlightText; }
}
`;
