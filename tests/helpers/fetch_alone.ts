/**
 * Sends a request on its own connection, and reads the whole response: a server may close an idle
 * connection just when it is used again.
 */
export async function fetchAlone(url: URL | string): Promise<Response> {
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  const response = await fetch(url, { client });
  return new Response(await response.bytes(), response);
}
