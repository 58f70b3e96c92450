import type { FeedbackDescription, FeedbackRequest } from "@flagstone/flagging/element";

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

export const DESCRIPTION: FeedbackDescription = {
  options: [{ value: "good", label: "Good" }, { value: "bad", label: "Bad" }],
  reasons: { bad: [{ value: "wrong", label: "Wrong" }, { value: "rude", label: "Rude" }] },
  comment: { for: ["bad"], maxLength: 2000 },
  undo: true,
  files: { maxBytes: 1000, maxUploadBytes: 100_000 },
};

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

/** Stands in for the server's handler: the same contract, in memory, but it takes any option. */
export function standIn(description: FeedbackDescription = DESCRIPTION): Handler {
  const rows = new Map<string, Row>();
  const uploads = new Map<string, string>();

  async function upload(request: Request, path: string): Promise<Response> {
    if (request.method === "PUT") {
      uploads.set(path.split("/").at(-1)!, await request.text());
      return new Response(null, { status: 204 });
    }
    const handle = crypto.randomUUID();
    const headers = { "content-type": (await request.json()).type };
    return Response.json({ handle, url: `${path}/${handle}`, headers }, { status: 201 });
  }

  async function flag(request: Request): Promise<Response> {
    const isJson = request.headers.get("content-type") === "application/json";
    const row = isJson
      ? { key: "", request: await request.json() as FeedbackRequest, files: {} }
      : await readForm(request);
    const key = request.headers.get("idempotency-key") ?? row.key;
    const { option, replaces } = row.request;
    if (key === "" || option === undefined && replaces === undefined) {
      return problem(422, "invalid");
    }
    for (const handle of Object.values(row.request.files ?? {})) {
      if (!uploads.has(handle)) return problem(422, "invalid");
    }
    const before = rows.get(key);
    if (before && JSON.stringify(before.request) !== JSON.stringify(row.request)) {
      return problem(422, "key-reused");
    }
    rows.set(key, { ...row, key });
    if (request.headers.get("accept") !== "application/json") {
      return new Response(null, { status: 303, headers: { location: "/thanks" } });
    }
    const state = option === undefined ? "withdrawn" : "flagged";
    return Response.json({ id: `id-${key}`, state }, { status: before ? 200 : 201 });
  }

  return {
    rows: () => [...rows.values()],
    async handle(request) {
      const { pathname } = new URL(request.url);
      if (pathname.includes("/uploads")) return await upload(request, pathname);
      if (request.method === "GET") return Response.json(description);
      return await flag(request);
    },
  };
}
