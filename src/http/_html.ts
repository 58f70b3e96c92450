/** Returns text for HTML, in or out of a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Returns a page for people whose browser runs no script. */
export function page(title: string, text: string): string {
  return `<!doctype html>
<html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<main><h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p></main></html>
`;
}
