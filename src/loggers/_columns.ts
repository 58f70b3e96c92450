import type { Component } from "../components/component.ts";
import { value } from "../components/value.ts";
import type { Components } from "./flagging_callback.ts";

/** A column of a dataset, and the component that returns its cells. */
export interface Column {
  readonly name: string;
  readonly component: Component;
}

const RESERVED = ["flag", "username", "id", "timestamp"];

/** Returns the columns of components. Throws a TypeError that names the mistake in them. */
export function columnsOf(components: Components): Column[] {
  if (!Array.isArray(components)) {
    const shown = JSON.stringify(components);
    throw new TypeError(`Cannot set up with ${shown}: pass a list, such as ["question", "answer"]`);
  }
  return components.map((component, i) => toColumn(component, i));
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
): Column {
  const mistake = mistakeIn(component);
  if (mistake !== undefined) {
    throw new TypeError(`Cannot set up as component ${index} is ${mistake}`);
  }
  const made = component === null || typeof component === "string" ? value(component) : component;
  const label = (made.label ?? "").toWellFormed().replace(/^\ufeff/, "");
  const name = label === "" ? `component ${index}` : label;
  return { name, component: made };
}
