/** The look of a form in a shadow tree. The first rule keeps out what it would inherit from the page. */
const CSS =
  "form{all:initial;color:inherit;color-scheme:inherit;font-family:inherit;font-size:max(1em,12px);line-height:1.5}" +
  "fieldset,p{all:unset}" +
  "fieldset,label,div{display:flex;flex-wrap:wrap;align-items:center;gap:var(--flagstone-gap,8px)}" +
  "legend{float:left}" +
  ":has(svg)>legend{position:absolute;clip-path:inset(50%)}" +
  "button,select,textarea{box-sizing:border-box;max-width:100%;min-height:var(--flagstone-size,44px);padding:.4em 1em;border:1px solid var(--flagstone-border,gray);border-radius:var(--flagstone-radius,8px);font:inherit}" +
  "button{background:var(--flagstone-background,0 0);color:inherit}" +
  "[aria-pressed=true]{background:var(--flagstone-accent,#2f74d8);color:var(--flagstone-on-accent,#fff)}" +
  ":focus-visible{outline:3px solid var(--flagstone-focus,#2f74d8)}" +
  "div{width:100%}" +
  "div:empty{display:none}" +
  "[part=comment],textarea{flex:1 12em}" +
  "svg{display:block}" +
  "@media(forced-colors:active){[aria-pressed=true]{forced-color-adjust:none;background:Highlight;color:HighlightText}}";

let sheet: CSSStyleSheet | undefined;

/** Gives a shadow tree the look. Without constructable sheets it has none. */
export function adoptStyle(root: ShadowRoot): void {
  if (!root.adoptedStyleSheets) return;
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
  }
  root.adoptedStyleSheets = [sheet];
}
