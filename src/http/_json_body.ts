import type { FieldError } from "../feedback/problem.ts";
import { invalid, refusal } from "./_refusal.ts";
import { type Submission, TEXTS } from "./_submission.ts";

const DEEPEST = 64;

/** Returns the request in a JSON body. */
export function submissionOfJson(text: string): Submission {
  const body = objectOf(text);
  refuseForged(body);
  const errors: FieldError[] = [];
  const texts: Partial<Record<(typeof TEXTS)[number], string>> = {};
  for (const name of TEXTS) {
    const value = body[name] ?? "";
    if (typeof value !== "string") errors.push({ pointer: `/${name}`, detail: "It is not a text" });
    else if (value !== "") texts[name] = value;
  }
  for (const name of Object.keys(body)) {
    if (name === "data" || name === "files" || TEXTS.some((known) => known === name)) continue;
    errors.push({ pointer: pointerTo(name), detail: "There is no such member" });
  }
  const { data, files = {} } = body;
  if (data !== undefined && !isRecord(data)) {
    errors.push({
      pointer: "/data",
      detail: "It is not an object with a value for each component",
    });
  }
  const handles = handlesOf(files, errors);
  if (errors.length > 0) throw invalid(...errors);
  return {
    ...texts,
    ...(data === undefined ? {} : { data: data as Record<string, unknown> }),
    handles,
    files: {},
  };
}

/** Returns the JSON object in a text. */
export function objectOf(text: string): Record<string, unknown> {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw refusal("malformed", { detail: "The body is not JSON" });
  }
  if (isRecord(body)) return body;
  throw invalid({ pointer: "", detail: "The body is not an object" });
}

/** Returns a JSON pointer to a member of the body. */
export function pointerTo(...names: readonly string[]): string {
  return names.map((name) => `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** Whether a value is a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Refuses values that only the server may make: a username, which would be forged, and Gradio's description
 * of a file, whose path would be opened with the server's rights.
 */
export function refuseForged(body: Readonly<Record<string, unknown>>): void {
  if (Object.hasOwn(body, "username")) {
    throw refusal("username-in-body", {
      detail: "Leave it out: the server knows who is logged in",
    });
  }
  let level: unknown[] = [body];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST) throw invalid({ pointer: "", detail: "It is nested too deeply" });
    level = level.flatMap(membersOf);
  }
}

function membersOf(value: unknown): unknown[] {
  if (typeof value !== "object" || value === null) return [];
  if (isMarked((value as { meta?: unknown }).meta)) {
    throw invalid({
      pointer: "/data",
      detail: "Files are not accepted by their path: send the bytes",
    });
  }
  return Object.values(value);
}

function isMarked(meta: unknown): boolean {
  return isRecord(meta) && meta["_type"] === "gradio.FileData";
}

function handlesOf(files: unknown, errors: FieldError[]): Record<string, string[]> {
  const handles: Record<string, string[]> = {};
  if (!isRecord(files)) {
    errors.push({
      pointer: "/files",
      detail: "It is not an object with a handle for each component",
    });
    return handles;
  }
  for (const [name, value] of Object.entries(files)) {
    const list: unknown[] = Array.isArray(value) ? value : [value];
    if (list.every((one) => typeof one === "string")) handles[name] = list as string[];
    else errors.push({ pointer: pointerTo("files", name), detail: "It is not a handle" });
  }
  return handles;
}
