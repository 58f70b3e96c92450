import { assert, assertEquals } from "@std/assert";
import { decodeRecord } from "../../src/csv/decode.ts";
import { RecordSplitter } from "../../src/csv/record_splitter.ts";
import { type Case, TOKEN } from "./feedback_matrix.ts";

/** Sends requests to an endpoint: over the network, or by a call. */
export type Send = (request: Request) => Promise<Response>;

/** Returns the rows of an endpoint's dataset, by their columns. */
export async function rowsOf(send: Send, base: string): Promise<Record<string, string>[]> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const response = await send(new Request(`${base}/dataset.csv`, { headers }));
  assertEquals(response.status, 200);
  assertEquals(response.headers.get("access-control-allow-origin"), null);
  const decoder = new TextDecoder();
  const records = [...new RecordSplitter().push(await response.bytes())]
    .map((record) => decodeRecord(decoder.decode(record)));
  const [columns = [], ...rows] = records;
  return rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i] ?? ""])));
}

function requestOf(base: string, { method = "GET", path = "", headers = {}, body }: Case): Request {
  const { origin: own } = new URL(base);
  const origin = headers["origin"] === "own" ? own : headers["origin"];
  return new Request(base + path, {
    method,
    headers: { ...headers, ...(origin === undefined ? {} : { origin }) },
    redirect: "manual",
    ...(body === undefined ? {} : { body }),
  });
}

/** Texts that no answer may have, because they would say how the server is built. */
const LEAKS =
  /\bat .+:\d+:\d+|\/(?:work|tmp|home|src)\/|node_modules|dataset1|flagged\/|StorageError/;

/** Sends one case, and checks the status, the problem and the headers. Returns the rows that it added. */
export async function playCase(send: Send, base: string, one: Case): Promise<number> {
  const before = (await rowsOf(send, base)).length;
  const response = await send(requestOf(base, one));
  const text = await response.text();
  assertEquals(response.status, one.status, `${one.name}: ${text}`);
  assert(!LEAKS.test(text), text);
  if (one.problem !== undefined && one.method !== "HEAD") {
    const name = one.problem === null ? "about:blank" : `urn:flagstone:problem:${one.problem}`;
    assertEquals(response.headers.get("content-type"), "application/problem+json");
    const { type, status, title } = JSON.parse(text);
    assertEquals([type, status], [name, one.status]);
    assert(typeof title === "string" && title !== "");
  }
  for (const [name, start] of Object.entries(one.answers ?? {})) {
    const value = response.headers.get(name) ?? "missing";
    assert(value.startsWith(start), `${one.name}: ${name} is ${value}`);
  }
  for (const name of one.lacks ?? []) {
    assertEquals(response.headers.get(name), null, `${one.name}: ${name}`);
  }
  return (await rowsOf(send, base)).length - before;
}
