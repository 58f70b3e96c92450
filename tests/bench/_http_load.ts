/** The times of requests, in milliseconds, in the order of their ends, and of all of them. */
export interface Load {
  readonly times: readonly number[];
  readonly seconds: number;
}

const CONNECTIONS = 64;
const KEY = "00000000";

/**
 * Sends verdicts over 64 connections that stay open, each waiting for its answer. It writes to the
 * sockets itself: `fetch` would take longer than the servers do.
 */
export async function load(url: string, count: number, body: string): Promise<Load> {
  const { hostname, port, host } = new URL(url);
  const request = new TextEncoder().encode(
    `POST /feedback HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\n` +
      `idempotency-key: ${crypto.randomUUID()}-${KEY}\r\n` +
      `content-length: ${new TextEncoder().encode(body).length}\r\n\r\n${body}`,
  );
  const at = new TextDecoder().decode(request).indexOf(KEY, 80);
  const times: number[] = [];
  let sent = 0;
  const start = performance.now();
  await Promise.all(Array.from({ length: CONNECTIONS }, async () => {
    using connection = await Deno.connect({ hostname, port: Number(port) });
    const own = request.slice();
    const buffer = new Uint8Array(16_384);
    while (sent < count) {
      new TextEncoder().encodeInto(String(sent++).padStart(KEY.length, "0"), own.subarray(at));
      const begin = performance.now();
      await write(connection, own);
      await readAnswer(connection, buffer);
      times.push(performance.now() - begin);
    }
  }));
  return { times, seconds: (performance.now() - start) / 1000 };
}

async function write(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += await connection.write(bytes.subarray(written));
  }
}

/** Reads one answer, whose length is in its head. */
async function readAnswer(connection: Deno.Conn, buffer: Uint8Array): Promise<void> {
  let text = "";
  while (true) {
    const length = await connection.read(buffer);
    if (length === null) throw new Error("The server closed the connection");
    text += new TextDecoder().decode(buffer.subarray(0, length));
    const end = text.indexOf("\r\n\r\n");
    if (end === -1) continue;
    if (!text.startsWith("HTTP/1.1 201")) throw new Error(`The server answered ${text}`);
    const [, size = "0"] = /content-length: (\d+)/i.exec(text) ?? [];
    if (text.length >= end + 4 + Number(size)) return;
  }
}
