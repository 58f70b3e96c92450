import type { FieldError } from "../feedback/problem.ts";
import { isRecord, objectOf, pointerTo, refuseForged } from "./_json_body.ts";
import { invalid, refusal } from "./_refusal.ts";
import { type Submission, TEXTS } from "./_submission.ts";

/** One field of a form, in its order. */
export type FormField = readonly [name: string, value: string | File];

const SINGLE: readonly string[] = [...TEXTS, "key", "data"];

/** Returns the request in the fields of a form. An empty field is one that was not filled in. */
export function submissionOfForm(fields: Iterable<FormField>): Submission {
  const texts: Record<string, string> = {};
  const data: Record<string, unknown> = {};
  const handles: Record<string, string[]> = {};
  const files: Record<string, File[]> = {};
  const errors: FieldError[] = [];
  for (const [name, value] of fields) {
    const [, kind, component = ""] = /^(data|files)\.([^]+)$/.exec(name) ?? [];
    if (kind === "files") {
      if (typeof value === "string") addTo(handles, component, value === "" ? [] : [value]);
      else addTo(files, component, isChosen(value) ? [value] : []);
    } else if (typeof value !== "string") {
      errors.push({
        pointer: pointerTo(name),
        detail: "A file must be a field `files.<component>`",
      });
    } else if (kind === "data") {
      if (Object.hasOwn(data, component)) errors.push(twice("data", component));
      data[component] = value;
    } else if (name === "username") {
      throw refusal("username-in-body", {
        detail: "Leave it out: the server knows who is logged in",
      });
    } else if (!SINGLE.includes(name)) {
      errors.push({ pointer: pointerTo(name), detail: "There is no such field" });
    } else if (value !== "") {
      if (Object.hasOwn(texts, name)) errors.push(twice(name));
      texts[name] = value;
    }
  }
  if (errors.length > 0) throw invalid(...errors);
  const { data: json, ...rest } = texts;
  const all = { ...(json === undefined ? {} : dataOf(json)), ...data };
  return { ...rest, ...(Object.keys(all).length === 0 ? {} : { data: all }), handles, files };
}

function dataOf(json: string): Record<string, unknown> {
  const data = objectOf(json);
  refuseForged({ data });
  return isRecord(data) ? data : {};
}

/** Browsers send a file without a name and bytes if none was chosen. */
function isChosen(file: File): boolean {
  return file.name !== "" || file.size > 0;
}

function twice(...names: readonly string[]): FieldError {
  return { pointer: pointerTo(...names), detail: "It is there more than once" };
}

function addTo<T>(lists: Record<string, T[]>, name: string, more: readonly T[]): void {
  if (!Object.hasOwn(lists, name)) lists[name] = [];
  lists[name]!.push(...more);
}
