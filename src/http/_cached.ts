import { hashedId } from "../loggers/hashed_id.ts";

/** Returns a body that a client may keep, or tells it that its copy is current. */
export async function cachedResponse(
  { headers }: Request,
  { body, type, cacheControl }: {
    readonly body: string;
    readonly type: string;
    readonly cacheControl: string;
  },
): Promise<Response> {
  const etag = `"${await hashedId(body)}"`;
  const common = { etag, "cache-control": cacheControl, "x-content-type-options": "nosniff" };
  const known = (headers.get("if-none-match") ?? "").split(",")
    .map((tag) => tag.trim().replace(/^W\//, ""));
  if (known.includes(etag) || known.includes("*")) {
    return new Response(null, { status: 304, headers: common });
  }
  return new Response(body, { headers: { ...common, "content-type": type } });
}
