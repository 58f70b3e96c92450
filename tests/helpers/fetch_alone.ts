/**
 * Sends a request on a new connection, and reads the whole answer: a server may close a
 * connection that was kept just when it is used again.
 */
export async function fetchAlone(url: URL | string): Promise<Response> {
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  const response = await fetch(url, { client });
  return new Response(await response.bytes(), response);
}
