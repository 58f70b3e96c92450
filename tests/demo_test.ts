import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { LocalFsAdapter } from "@flagstone/flagging";
import { type DatasetRow, readDataset } from "@flagstone/flagging/dataset";
import type { ShownDataset } from "../examples/_demo_rows.ts";
import { runScript, startScript } from "./helpers/deno.ts";
import { demoPermissions } from "./helpers/demo_permissions.ts";
import { TempDir } from "./helpers/temp_dir.ts";

const QUICKSTART = new URL("../examples/quickstart.ts", import.meta.url);
const HTML = "text/html,application/xhtml+xml";

/** The demo as a process of its own, on a free port and in its own directory. */
class Demo implements AsyncDisposable {
  /** The address of the page. */
  readonly url: string;
  readonly #dir: TempDir;
  readonly #process: Deno.ChildProcess;
  readonly #errors: Promise<string>;

  private constructor(
    url: string,
    { dir, process, errors }: {
      readonly dir: TempDir;
      readonly process: Deno.ChildProcess;
      readonly errors: Promise<string>;
    },
  ) {
    this.url = url;
    this.#dir = dir;
    this.#process = process;
    this.#errors = errors;
  }

  /** Starts it with the permissions of its task, and waits for its address. */
  static async start(port: readonly string[] = ["--port", "0"]): Promise<Demo> {
    const dir = new TempDir();
    const process = startScript(QUICKSTART, {
      args: ["--serve", ...port],
      cwd: dir.path,
      env: { NO_COLOR: "1" },
      permissions: await demoPermissions(),
    });
    const errors = new Response(process.stderr).text();
    let printed = "";
    for await (const text of process.stdout.pipeThrough(new TextDecoderStream())) {
      printed += text;
      const [, url] = /^.* (http:\/\/127\.0\.0\.1:\d+\/) .*Ctrl-C ends it.*$/m.exec(printed) ?? [];
      if (url !== undefined) return new Demo(url, { dir, process, errors });
    }
    throw new Error(printed + await errors);
  }

  /** Ends it as Ctrl-C does, and returns its exit code. */
  async interrupt(): Promise<number> {
    this.#process.kill("SIGINT");
    return (await this.#process.status).code;
  }

  /** Returns the rows of one of its datasets. */
  async rows(name: string): Promise<DatasetRow[]> {
    const storage = new LocalFsAdapter({ root: `${this.#dir.path}/flagged` });
    return await Array.fromAsync(readDataset(storage, `${name}/dataset1.csv`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.interrupt().catch(() => {}); // it may have ended
    await this.#errors;
    await this.#dir[Symbol.asyncDispose]();
  }
}

async function textAt(url: string): Promise<string> {
  const response = await fetch(url);
  assertEquals(response.status, 200, url);
  return await response.text();
}

/** Returns the text of an attribute without its escapes. */
function unescaped(text: string): string {
  return text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code));
}

/** The hidden fields of the last form with an action, as a browser sends them without script. */
function fieldsOf(html: string, action: string): Record<string, string> {
  const start = html.lastIndexOf(`<form method="post" action="${action}">`);
  assert(start !== -1, action);
  const form = html.slice(start, html.indexOf("</form>", start));
  const inputs = form.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g);
  return Object.fromEntries([...inputs].map(([, name, value]) => [name!, unescaped(value!)]));
}

/** Submits a form without script, and returns the page to which the answer leads. */
async function submit(url: URL, fields: Readonly<Record<string, string>>): Promise<string> {
  const response = await fetch(url, {
    method: "POST",
    headers: { accept: HTML, origin: url.origin, "sec-fetch-site": "same-origin" },
    body: new URLSearchParams(fields),
    redirect: "manual",
  });
  assertEquals(response.status, 303, await response.text());
  return await textAt(new URL(response.headers.get("location")!, url).href);
}

Deno.test("a picture that is flagged without script is a row of the file and of the page", async () => {
  await using demo = await Demo.start();
  const html = await textAt(`${demo.url}?prompt=a+green+triangle`);
  assertStringIncludes(html, 'alt="A red triangle"');
  const fields = { ...fieldsOf(html, "/image"), option: "wrong colour", comment: "it is <red>" };
  const next = await submit(new URL("image", demo.url), fields);
  assertStringIncludes(next, "<td>wrong colour</td><td>it is &#60;red&#62;</td>");

  const [row, ...others] = await demo.rows("images");
  assertEquals(others, []);
  assertEquals([row!.prompt, row!.flag, row!.comment], [
    "a green triangle",
    "wrong colour",
    "it is <red>",
  ]);
  assertMatch(row!.picture!, /^picture\/[0-9a-f]{20}\/[^/]+\.png$/);
  const [images]: ShownDataset[] = JSON.parse(await textAt(`${demo.url}rows`));
  assertEquals(images!.file, "flagged/images/dataset1.csv");
  assertEquals(images!.rows.map(({ id, isOver }) => [id, isOver]), [[row!.id, false]]);
  assertEquals(images!.rows[0]!.cells[images!.columns.indexOf("comment")], "it is <red>");
});

Deno.test("an answer that is flagged without script is a row with Gradio's columns first", async () => {
  await using demo = await Demo.start();
  const html = await textAt(`${demo.url}?asked=moons&asked=pluto&asked=pluto&asked=none`);
  assertEquals(html.match(/<flagstone-feedback class="thumbs"/g)?.length, 2);
  await submit(new URL("chat", demo.url), { ...fieldsOf(html, "/chat"), option: "Like" });
  const [row, ...others] = await demo.rows("messages");
  assertEquals(others, []);
  assertEquals(Object.keys(row!).slice(0, 4), ["conversation", "index", "value", "flag"]);
  assertEquals([row!.index, row!.flag, row!.subject], ["3", "Like", "pluto"]);
  assertEquals(JSON.parse(row!.conversation!)[3].content, row!.value);
});

Deno.test("the page marks a verdict that was replaced, and one that was withdrawn", async () => {
  await using demo = await Demo.start();
  const { ticket } = fieldsOf(await textAt(demo.url), "/image");
  const post = async (key: string, verdict: object) => {
    const response = await fetch(`${demo.url}image`, {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": key },
      body: JSON.stringify({ ticket, ...verdict }),
    });
    assertEquals(response.status, 201, await response.text());
  };
  await post("a", { option: "good" });
  await post("b", { option: "wrong shape", replaces: "a" });
  const marks = async () => {
    const [{ rows }]: [ShownDataset] = JSON.parse(await textAt(`${demo.url}rows`));
    return rows.map(({ isOver }) => isOver);
  };
  assertEquals(await marks(), [false, true]); // the newest one first
  await post("c", { replaces: "b" });
  assertEquals(await marks(), [false, true, true]);
  assertStringIncludes(await textAt(demo.url), "<td><del>wrong shape</del></td>");
});

Deno.test("the page escapes a prompt, and the server sends a policy without inline code", async () => {
  await using demo = await Demo.start();
  const evil = `"><script>alert('&')</script>`;
  const html = await textAt(`${demo.url}?prompt=${encodeURIComponent(evil)}`);
  assert(!html.includes("alert('"), html);
  assertEquals(/ (?:style|on\w+)=/.exec(html), null);
  for (const path of ["", "demo.css", "demo.js", "rows", "nothing"]) {
    const response = await fetch(demo.url + path);
    await response.body?.cancel();
    assertEquals(response.status, path === "nothing" ? 404 : 200, path);
    assertEquals(
      response.headers.get("content-security-policy"),
      "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; " +
        "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
  }
  for (const [, path] of html.matchAll(/<(?:link|script)[^>]+(?:src|href)="\/([^"]+)"/g)) {
    assert((await textAt(demo.url + path)).length > 500, path);
  }
  const posted = await fetch(demo.url, { method: "POST" });
  await posted.body?.cancel();
  assertEquals(posted.status, 405);
});

Deno.test("Ctrl-C ends the demo with code 0, even while a page is connected", async () => {
  await using demo = await Demo.start();
  await textAt(`${demo.url}rows`);
  assertEquals(await demo.interrupt(), 0);
});

Deno.test("without a terminal and a flag the demo ends without a page, and refuses a wrong port", async () => {
  await using dir = new TempDir();
  const permissions = await demoPermissions();
  const options = { cwd: dir.path, permissions };
  for (const args of [[], ["--no-serve"], ["--port", "0"]]) {
    const { code, stdout } = await runScript(QUICKSTART, { ...options, args });
    assertEquals([code, stdout.includes("http:")], [0, false]);
  }
  const { code, stderr } = await runScript(QUICKSTART, { ...options, args: ["--port", "x"] });
  assertEquals(code, 2);
  assertStringIncludes(stderr, "Cannot serve on port x: pass --port with a number up to 65535");
});

Deno.test("the demo is at the first free port from 8000 on", async () => {
  await using first = await Demo.start([]);
  await using second = await Demo.start([]);
  const [one, other] = [first, second].map(({ url }) => Number(new URL(url).port));
  assert(one! >= 8000 && one! < other! && other! < 8100, `${one} ${other}`);
});

Deno.test("the demo refuses a port that is taken, and says what to do", async () => {
  await using dir = new TempDir();
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const args = ["--serve", "--port", String(taken.addr.port)];
  const { code, stderr } = await runScript(QUICKSTART, { args, cwd: dir.path });
  assertEquals(code, 1);
  assertStringIncludes(
    stderr,
    `Cannot serve on 127.0.0.1:${taken.addr.port} as the port is taken: pass another one`,
  );
});
