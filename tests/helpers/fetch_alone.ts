/**
 * Sends a request on a connection of its own, and takes the answer whole: a server may close a
 * connection that was kept just when it is used again.
 */
export async function fetchAlone(url: URL | string): Promise<Response> {
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  const response = await fetch(url, { client });
  return new Response(await response.bytes(), response);
}
