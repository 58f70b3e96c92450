import type { Component } from "../components/component.ts";
import { quoted } from "./_cells.ts";
import { mistakeIn } from "./_columns.ts";

/**
 * The components of a `KeyedLogger` by the keys of its samples.
 *
 * @category Loggers
 */
export type Fields = Readonly<Record<string, Component>>;

/**
 * A sample with a value for each of the fields.
 *
 * @category Loggers
 */
export type KeyedSample<F extends Fields> = {
  readonly [Key in keyof F]: F[Key] extends Component<infer Value> ? Value : never;
};

/**
 * Returns the components of fields. A component without a label gets its key as the label.
 *
 * @throws {TypeError} If a field is not a component
 */
export function componentsOf(fields: Fields): Component[] {
  return Object.entries(fields).map(([key, component]) => toComponent(key, component));
}

/**
 * Returns the values of a sample in the order of the keys.
 *
 * @throws {TypeError} If a key is missing or unknown
 */
export function valuesOf(sample: object, keys: readonly string[]): unknown[] {
  refuseOtherKeys(sample, keys);
  return keys.map((key) => (sample as Record<string, unknown>)[key]);
}

function toComponent(key: string, component: Component): Component {
  const mistake = component === null || typeof component === "string"
    ? `${JSON.stringify(component)}: pass a component, such as value()`
    : mistakeIn(component);
  if (mistake !== undefined) {
    throw new TypeError(`Cannot create a logger as the field ${JSON.stringify(key)} is ${mistake}`);
  }
  const { label = key, holdsFiles } = component;
  return { label, holdsFiles, toCell: (value, context) => component.toCell(value, context) };
}

function refuseOtherKeys(sample: object, keys: readonly string[]): void {
  const given = Object.keys(sample ?? {});
  const missing = keys.filter((key) => !given.includes(key));
  const unknown = given.filter((key) => !keys.includes(key));
  if (missing.length + unknown.length === 0) return;
  throw new TypeError(
    `Cannot flag the sample as its keys must be ${quoted(keys)}: ` +
      `missing ${quoted(missing) || "none"}, unknown ${quoted(unknown) || "none"}`,
  );
}
