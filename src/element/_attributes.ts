import type { DescribedOption } from "../feedback/description.ts";

/** Reads the attribute `options`: a list with commas, or JSON. */
export function optionsOf(element: HTMLElement): readonly DescribedOption[] | undefined {
  const text = element.getAttribute("options");
  return text?.includes("[")
    ? JSON.parse(text)
    : text?.split(/\s*,\s*/).map((value) => ({ value, label: value }));
}

/** Returns the value of a field; `undefined` if it is empty or missing. */
export function fieldOf(form: HTMLFormElement, name: string): string | undefined {
  return form.querySelector<HTMLInputElement>(`[name=${name}]`)?.value || undefined;
}
