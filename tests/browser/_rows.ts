import type { FeedbackRequest } from "@flagstone/flagging/element";

/** A verdict as the endpoint has it. */
export interface Row {
  readonly key: string;
  readonly request: FeedbackRequest;
  /** The names, types and texts of the files of a form, by component. */
  readonly files: Readonly<Record<string, { name: string; type: string; text: string }>>;
}

/** A request handler, and the rows that it has saved. */
export interface Handler {
  handle(request: Request): Promise<Response>;
  rows(): Row[];
  /** Completes the HTML of a page. */
  page?(html: string): string;
}

/** A problem of one kind. */
export function problem(status: number, name: string): Response {
  return Response.json({ type: `urn:flagstone:problem:${name}`, title: name, status }, {
    status,
    headers: { "content-type": "application/problem+json" },
  });
}

/** Reads a verdict in a form. */
export async function readForm(request: Request): Promise<Omit<Row, "key"> & { key: string }> {
  const fields: Record<string, unknown> = {};
  const files: Record<string, { name: string; type: string; text: string }> = {};
  const data: Record<string, unknown> = {};
  for (const [name, value] of await request.formData()) {
    const component = /^(?:data|files)\.(.+)/.exec(name)?.[1];
    if (value instanceof File) {
      if (value.size === 0) continue;
      files[component!] = { name: value.name, type: value.type, text: await value.text() };
    } else if (name.startsWith("data.")) data[component!] = value;
    else if (value !== "") fields[name] = name === "data" ? JSON.parse(value) : value;
  }
  const { key, ...rest } = fields;
  if (Object.keys(data).length > 0) rest.data = data;
  return { key: String(key ?? ""), request: rest, files };
}
