import type { Component } from "../components/component.ts";
import { pathSegment } from "../components/safe_name.ts";
import { value } from "../components/value.ts";
import type { Components } from "./flagging_callback.ts";

/** A column of a dataset, and the component that returns its cells. */
export interface Column {
  readonly name: string;
  /** The name as a directory for files. */
  readonly segment: string;
  readonly component: Component;
}

const RESERVED = ["flag", "username", "id", "timestamp"];

/** Returns the columns of components. Throws a TypeError that names the mistake in them. */
export function columnsOf(components: Components, fileName: string | undefined): Column[] {
  if (!Array.isArray(components)) {
    const shown = JSON.stringify(components);
    throw new TypeError(`Cannot set up with ${shown}: pass a list, such as ["question", "answer"]`);
  }
  return components.map((component, i) => toColumn(component, i, fileName));
}

/** Returns why a value is not a component, or `undefined` if it is one. */
export function mistakeIn(component: unknown): string | undefined {
  if (component === null || typeof component === "string") return undefined;
  if (typeof component === "function") return 'a function: call it, as in value("label")';
  if (typeof component !== "object") return `${component}: pass a label or a component`;
  if (typeof (component as Partial<Component>).toCell === "function") return undefined;
  return "an object without toCell(): pass its label, or value(label)";
}

/** Returns a notice if columns of a dataset could have the same name. */
export function ambiguousNames(columns: readonly Column[]): string | undefined {
  const names = columns.map(({ name }) => name);
  const twice = names.filter((name, i) => RESERVED.includes(name) || names.indexOf(name) < i);
  if (twice.length === 0) return undefined;
  return `Columns share the name ${JSON.stringify(twice[0])}: rename the component, or read ` +
    `the second column as ${JSON.stringify(`${twice[0]} (2)`)}`;
}

function toColumn(
  component: Component | string | null,
  index: number,
  fileName: string | undefined,
): Column {
  const mistake = mistakeIn(component);
  if (mistake !== undefined) {
    throw new TypeError(`Cannot set up as component ${index} is ${mistake}`);
  }
  const made = component === null || typeof component === "string" ? value(component) : component;
  const label = (made.label ?? "").toWellFormed().replace(/^\ufeff/, "");
  const name = label === "" ? `component ${index}` : label;
  const segment = pathSegment(name);
  // A directory must not take the name of a data file.
  const isDataFile = /\.csv$/i.test(segment) || segment.toLowerCase() === fileName?.toLowerCase();
  return {
    name,
    segment: isDataFile ? `${segment}_` : segment,
    component: made,
  };
}
