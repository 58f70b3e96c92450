import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { S3Adapter, type S3AdapterOptions } from "../../src/storage/s3/mod.ts";

interface Stored {
  readonly body: Uint8Array;
  readonly etag: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What happens to a PUT. */
export type PutFate =
  /** The connection breaks before it takes effect. */
  | "lost"
  /** It takes effect, and the connection breaks: `fetch` may send it again by itself. */
  | "broken"
  /** It takes effect, and the answer says that the service failed. */
  | "failed"
  /** It takes effect, and the answer says that the service is busy. */
  | "busy"
  /** It takes effect, and is never answered. */
  | "silent"
  /** A gateway answers that it took too long; it takes effect some time later. */
  | "late";

const LATEST_MS = 200;

/** Options of {@linkcode HttpS3}. */
export interface HttpS3Options {
  /** The conditions that the service ignores. @default {none} */
  readonly ignores?: readonly ("if-match" | "if-none-match")[];
  /**
   * Called after a PUT took effect. With `true` the connection is destroyed, without an answer, if
   * it has served a request before: `fetch` then sends the PUT again by itself.
   */
  readonly breakAfterPut?: (key: string) => boolean;
  /** Returns what happens to a PUT, if that is not the usual. */
  readonly fateOf?: (key: string) => PutFate | undefined;
  /** Whether listing is forbidden, and with it every look at a missing object. @default {false} */
  readonly deniesListing?: boolean;
  /** Whether reading is forbidden. @default {false} */
  readonly deniesReading?: boolean;
  /** Whether a PUT needs the checksum of its body, as with Object Lock. @default {false} */
  readonly needsChecksum?: boolean;
  /** Whether a request takes effect but is never answered; half of a body is still sent. */
  readonly isSilent?: (method: string, key: string) => boolean;
}

/** An S3 service over real connections that keeps its objects in memory. */
export class HttpS3 implements AsyncDisposable {
  readonly objects: Map<string, Stored> = new Map();
  /** The number of connections that were destroyed after a PUT took effect. */
  broken = 0;
  /** Called when a PUT arrives. */
  onPut: ((key: string) => void) | undefined;
  readonly #options: HttpS3Options;
  readonly #server: ReturnType<typeof createServer>;
  readonly #served: WeakMap<object, number> = new WeakMap();
  readonly #late: Set<Promise<void>> = new Set();

  constructor(options: HttpS3Options = {}) {
    this.#options = options;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  /** Starts to listen, and resolves with a function that creates an adapter. */
  async listen(
    options: Partial<S3AdapterOptions> = {},
  ): Promise<(more?: Partial<S3AdapterOptions>) => S3Adapter> {
    await new Promise<void>((done) => void this.#server.listen(0, "127.0.0.1", done));
    const keys = { accessKeyId: "id", secretAccessKey: "secret" };
    const { endpoint } = this;
    return (more) => new S3Adapter({ endpoint, bucket: "flags", ...keys, ...options, ...more });
  }

  /** The address, once it listens. */
  get endpoint(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /** Waits for the requests that take effect late. */
  async settle(): Promise<void> {
    while (this.#late.size > 0) await Promise.all(this.#late);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.settle();
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const served = (this.#served.get(request.socket) ?? 0) + 1;
    this.#served.set(request.socket, served);
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = new Uint8Array(Buffer.concat(chunks));
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://host");
    const key = pathname.split("/").slice(2).map(decodeURIComponent).join("/");
    if (this.#options.deniesListing && (key === "" || this.#isHidden(request, key))) {
      return fault(response, 403, "AccessDenied");
    }
    if (key === "") return this.#list(searchParams.get("prefix") ?? "", response);
    switch (request.method) {
      case "PUT":
        return this.#put(key, body, request, response, served > 1);
      case "DELETE":
        this.objects.delete(key);
        return void response.writeHead(204).end();
      default:
        return this.#get(key, request, response);
    }
  }

  /** Whether the answer would tell that an object is missing. */
  #isHidden({ method, headers }: IncomingMessage, key: string): boolean {
    const isRead = method === "GET" || method === "HEAD";
    if (isRead && this.#options.deniesReading) return true;
    return (isRead || headers["if-match"] !== undefined) && !this.objects.has(key);
  }

  #put(
    key: string,
    body: Uint8Array,
    { headers, socket }: IncomingMessage,
    response: ServerResponse,
    isKeptAlive: boolean,
  ): void {
    this.onPut?.(key);
    if (this.#options.needsChecksum) {
      const checksum = createHash("sha256").update(body).digest("base64");
      if (headers["x-amz-checksum-sha256"] !== checksum) {
        return fault(response, 400, "InvalidRequest");
      }
    }
    const fate = this.#options.fateOf?.(key);
    if (fate === "lost") return void socket.destroy();
    if (fate === "late") {
      const ms = Math.random() * LATEST_MS;
      const late = new Promise((done) => setTimeout(done, ms)).then(() => {
        this.#store(key, body, headers);
        this.#late.delete(late);
      });
      this.#late.add(late);
      return fault(response, 504, "GatewayTimeout");
    }
    const stored = this.#store(key, body, headers);
    if (typeof stored !== "string") return fault(response, ...stored);
    if (fate === "broken" || isKeptAlive && this.#options.breakAfterPut?.(key)) {
      this.broken++;
      return void socket.destroy();
    }
    if (fate === "failed") return fault(response, 500, "InternalError");
    if (fate === "busy") return fault(response, 503, "SlowDown");
    if (fate === "silent" || this.#options.isSilent?.("PUT", key)) return;
    response.writeHead(200, { etag: `"${stored}"` }).end();
  }

  /** Stores an object if its conditions are met. Returns its ETag, or the status and code. */
  #store(
    key: string,
    body: Uint8Array,
    headers: IncomingMessage["headers"],
  ): string | [status: number, code: string] {
    const stored = this.objects.get(key);
    const condition = (name: "if-match" | "if-none-match"): string | undefined =>
      this.#options.ignores?.includes(name) ? undefined : headers[name]?.replaceAll('"', "");
    const match = condition("if-match");
    const isMet = condition("if-none-match") === undefined || stored === undefined;
    if (match !== undefined && stored === undefined) return [404, "NoSuchKey"];
    if (!isMet || (match !== undefined && match !== stored?.etag)) {
      return [412, "PreconditionFailed"];
    }
    const etag = createHash("md5").update(body).digest("hex");
    const kept = Object.entries(headers).filter(([name]) =>
      name === "content-type" || name.startsWith("x-amz-meta-")
    );
    this.objects.set(key, { body, etag, metadata: Object.fromEntries(kept) as Stored["metadata"] });
    return etag;
  }

  #get(key: string, { headers, method }: IncomingMessage, response: ServerResponse): void {
    const stored = this.objects.get(key);
    if (stored === undefined) return fault(response, 404, "NoSuchKey");
    const { body, etag, metadata } = stored;
    const match = headers["if-match"]?.replaceAll('"', "");
    if (match !== undefined && match !== etag) return fault(response, 412, "PreconditionFailed");
    const range = method === "GET" ? /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? "") : null;
    const start = Number(range?.[1] ?? 0);
    const end = Math.min(body.length, range?.[2] ? Number(range[2]) + 1 : body.length);
    if (range !== null && start >= body.length) return fault(response, 416, "InvalidRange");
    const known = { ...metadata, etag: `"${etag}"`, "content-length": `${end - start}` };
    const part = { ...known, "content-range": `bytes ${start}-${end - 1}/${body.length}` };
    response.writeHead(range === null ? 200 : 206, range === null ? known : part);
    if (method === "GET" && this.#options.isSilent?.("GET", key)) {
      return void response.write(body.subarray(start, Math.ceil((start + end) / 2)));
    }
    response.end(method === "HEAD" ? undefined : body.subarray(start, end));
  }

  #list(prefix: string, response: ServerResponse): void {
    const entries = [...this.objects].filter(([key]) => key.startsWith(prefix)).sort();
    const contents = entries.map(([key, { body, etag }]) =>
      `<Contents><Key>${key}</Key><Size>${body.length}</Size><ETag>"${etag}"</ETag></Contents>`
    );
    response.writeHead(200).end(
      `<ListBucketResult><IsTruncated>false</IsTruncated>${contents.join("")}</ListBucketResult>`,
    );
  }
}

function fault(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status).end(`<Error><Code>${code}</Code><Message>m</Message></Error>`);
}
