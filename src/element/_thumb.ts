const THUMB = "M1 5h2v6H1zm2 0 2-4q2 0 1 4h5l-1 6H3";

function svg(tag: string): SVGElement {
  return document.createElementNS("http://www.w3.org/2000/svg", tag) as SVGElement;
}

/** Replaces the text of a button by a thumb. The text remains its name, and shows on hovering. */
export function showThumb(button: HTMLButtonElement, down: boolean): void {
  const [icon, path] = [svg("svg"), svg("path")];
  icon.setAttribute("viewBox", "0 0 12 12");
  path.setAttribute("d", THUMB);
  // Not in the style sheet, which a form of the page does not have. CSP allows it from a script.
  icon.style.cssText = `width:20px;fill:none;stroke:currentColor;rotate:${down ? 180 : 0}deg`;
  icon.append(path);
  button.title = button.ariaLabel = button.textContent;
  button.replaceChildren(icon);
}
