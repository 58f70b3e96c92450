import { SaxesParser } from "saxes";

/** An element of a reply: its text, and the elements in it. */
export interface XmlElement {
  readonly name: string;
  /** The text of the element itself, including whitespace: it may be a key. */
  text: string;
  readonly children: XmlElement[];
}

/** Parses a document and returns its root. Throws if it is not XML, or incomplete. */
export function parseXml(document: string): XmlElement {
  const open: XmlElement[] = [];
  let root: XmlElement | undefined;
  const parser = new SaxesParser({ position: false });
  parser.on("opentag", ({ name }) => {
    const element: XmlElement = { name, text: "", children: [] };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  const onText = (text: string): void => {
    const element = open.at(-1);
    if (element !== undefined) element.text += text;
  };
  parser.on("text", onText);
  parser.on("cdata", onText);
  parser.on("closetag", () => void open.pop());
  // A slow reply starts with spaces that kept its connection alive.
  parser.write(document.trim()).close();
  if (root === undefined) throw new SyntaxError("the document has no root");
  return root;
}

/** The text of the first child with this name. */
export function childText(element: XmlElement, name: string): string | undefined {
  return element.children.find((child) => child.name === name)?.text;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

/** Escapes a text for an element. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (char) => ENTITIES[char] ?? char);
}
