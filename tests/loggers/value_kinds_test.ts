import { assert, assertEquals, assertRejects } from "@std/assert";
import { ChatCSVLogger } from "../../src/loggers/chat_csv_logger.ts";
import type { Component } from "../../src/components/component.ts";
import { CSVLogger, type CSVLoggerOptions } from "../../src/loggers/csv_logger.ts";
import { file, files } from "../../src/components/file.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import { readDataset, readRecords } from "../../src/reader/mod.ts";
import { SimpleCSVLogger } from "../../src/loggers/simple_csv_logger.ts";
import { value } from "../../src/components/value.ts";
import { keysOf, textOf } from "../helpers/dataset_check.ts";

const quiet = { verbose: false } as const;

interface Stored {
  /** The cell as it stands in the file. */
  readonly cell: string;
  readonly storage: MemoryAdapter;
  /** The keys of the stored files. */
  readonly files: readonly string[];
}

async function store(
  component: Component,
  sample: unknown,
  options: CSVLoggerOptions = {},
): Promise<Stored> {
  const storage = new MemoryAdapter();
  await using logger = new CSVLogger({ storage, ...quiet, ...options });
  await logger.setup([component], "");
  await logger.flag([sample]);
  const [, [cell = ""] = []] = await Array.fromAsync(readRecords(storage, "dataset1.csv"));
  const files = (await keysOf(storage)).filter((key) => !key.endsWith(".csv"));
  return { cell, storage, files };
}

Deno.test("NaN and the infinities are written as such alone, and as strings in JSON", async () => {
  const cases: readonly (readonly [unknown, string])[] = [
    [NaN, "NaN"],
    [-Infinity, "-Infinity"],
    [Object(NaN), "NaN"],
    [{ p: -Infinity, q: 1 }, '{"p":"-Infinity","q":1}'],
    [new Float32Array([0.5, NaN, Infinity]), '[0.5,"NaN","Infinity"]'],
    [[[Object(Infinity)], new Map([[1, 2]]).get(2), null], '[["Infinity"],null,null]'],
  ];
  for (const [sample, cell] of cases) assertEquals((await store(value("a"), sample)).cell, cell);
});

Deno.test("no value becomes the text null", async () => {
  for (const sample of [new Date(NaN), { toJSON: () => null }, { toJSON: () => undefined }, null]) {
    assertEquals((await store(value("a"), sample)).cell, "");
  }
});

Deno.test("value() refuses instances whose content JSON would drop, also with other properties", async () => {
  class Money {
    readonly #cents = 5;
    valueOf(): number {
      return this.#cents;
    }
  }
  const samples = [
    Object.assign(new Error("model crashed"), { code: 7 }),
    Object.assign(new Map([[1, 2]]), { note: 1 }),
    Object(Symbol("x")),
    new Money(),
    (function* () {})(),
    (async function* () {})(),
    new (class {})(),
  ];
  for (const sample of samples) {
    for (const given of [sample, { deep: [sample] }, { deep: sample, bytes: new Blob(["x"]) }]) {
      await assertRejects(
        () => store(value("output"), given),
        TypeError,
        'of "output" as JSON has',
      );
    }
  }
});

Deno.test("an error of toJSON() or of a getter names the column", async () => {
  const thrown = new Error("on purpose");
  const fail = () => {
    throw thrown;
  };
  const inGetter = Object.defineProperty({}, "x", { enumerable: true, get: fail });
  const circle: { self?: unknown } = {};
  circle.self = circle;
  const samples: readonly (readonly [unknown, string])[] = [
    [{ toJSON: fail }, "on purpose"],
    [{ deep: [{ toJSON: fail }] }, "on purpose"],
    [inGetter, "on purpose"],
    [[inGetter, new Blob(["x"])], "on purpose"],
    [{ toJSON: () => (null as unknown as string).length }, "Cannot read properties of null"],
    [{ toJSON: () => new Date(NaN).toISOString() }, "Invalid time value"],
    [circle, "circular"],
  ];
  for (const [sample, reason] of samples) {
    for (const component of [value("output"), file("output")]) {
      const error = await assertRejects(() => store(component, sample), Error);
      assert(error.message.startsWith('Cannot log a value of "output" as '), error.message);
    }
    await assertRejects(() => store(value("output"), sample), Error, reason);
  }
});

Deno.test("a FileData that has a url and no path keeps its url", async () => {
  const url = "https://example.com/a.png";
  const meta = { _type: "gradio.FileData" };
  for (const link of [{ url, meta }, { url, path: null, meta }, { url, path: "", meta }]) {
    for (const component of [file("a"), value("a")]) {
      const { cell, files } = await store(component, link);
      assertEquals([cell, files], [url, []]);
      const whole = await store(component, link, { simplifyFileData: false });
      assertEquals([JSON.parse(whole.cell), whole.files], [link, []]);
    }
    assertEquals((await store(files("a"), [link])).cell, `["${url}"]`);
    const both = await store(file("a"), { link, image: new Blob(["x"]) });
    assertEquals(JSON.parse(both.cell), { link: url, image: both.files[0] });
  }
  assertEquals((await store(file("a"), { url: "=1+1", meta })).cell, "'=1+1");
});

Deno.test("file() accepts a data URL and an ArrayBuffer", async () => {
  const cases: readonly (readonly [string, unknown, text: string, name: string])[] = [
    ["base64", "data:image/png;base64,aGVsbG8=", "hello", "file.png"],
    ["percent", "data:text/plain;charset=utf-8,h%C3%A9llo,x", "héllo,x", "file.txt"],
    ["nothing", "data:,", "", "file"],
    ["an ArrayBuffer", new TextEncoder().encode("hello").buffer, "hello", "file"],
  ];
  for (const [what, sample, text, name] of cases) {
    const one = await store(file("a"), sample);
    assertEquals(one.cell, one.files[0], what);
    assertEquals(await textOf(one.storage, one.cell), text, what);
    assertEquals(one.cell.split("/").pop(), name);
    assertEquals((await store(files("a"), [sample])).files.length, 1);
  }
  const deep = await store(file("a"), { image: new TextEncoder().encode("x").buffer });
  assertEquals(JSON.parse(deep.cell), { image: deep.files[0] });
  for (const damaged of ["data:;base64,%%%", "data:,%FF", "data:;base64,a"]) {
    await assertRejects(() => store(file("a"), damaged), TypeError, "data URL is damaged");
  }
  for (const text of ["data:", "a text"]) {
    await assertRejects(() => store(file("a"), text), TypeError, "it holds no file");
  }
});

/** A Blob as another realm or library makes it: not an instance of this realm's. */
class ForeignFile {
  readonly name = "x y.txt";
  readonly type = "text/plain";
  readonly size = 5;
  arrayBuffer(): Promise<ArrayBuffer> {
    return Promise.resolve(new TextEncoder().encode("hello").buffer);
  }
  stream(): unknown {
    return { foreign: true };
  }
}

Deno.test("a Blob of another realm or library is a file", async () => {
  for (const component of [file("a"), value("a")]) {
    const { storage, cell, files } = await store(component, { deep: [new ForeignFile()] });
    assertEquals(JSON.parse(cell), { deep: files });
    assertEquals(await textOf(storage, files[0]!), "hello");
    assert(files[0]!.endsWith("/x y.txt"));
    assertEquals((await storage.stat(files[0]!))?.contentType, "text/plain");
  }
});

Deno.test("a file without a name gets the extension of its media type", async () => {
  const office = "application/vnd.openxmlformats-officedocument";
  const names: Readonly<Record<string, string>> = {
    "audio/mpeg": "mp3",
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/ogg; codecs=opus": "ogg",
    "audio/mp4": "m4a",
    "audio/x-m4a": "m4a",
    "audio/webm": "webm",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/x-matroska": "mkv",
    "video/x-msvideo": "avi",
    [`${office}.wordprocessingml.document`]: "docx",
    [`${office}.spreadsheetml.sheet`]: "xlsx",
    [`${office}.presentationml.presentation`]: "pptx",
    "application/msword": "doc",
    "application/vnd.ms-excel": "xls",
    "application/vnd.ms-powerpoint": "ppt",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/pdf": "pdf",
    "text/markdown": "md",
    "image/svg+xml": "svg",
    "IMAGE/PNG": "png",
  };
  for (const [type, extension] of Object.entries(names)) {
    assertEquals(
      (await store(file("a"), new Blob(["x"], { type }))).cell.slice(23),
      `file.${extension}`,
    );
  }
  for (
    const type of ["", "constructor", "__proto__", "a/constructor", "application/octet-stream"]
  ) {
    assertEquals((await store(file("a"), new Blob(["x"], { type }))).cell.slice(23), "file");
  }
});

Deno.test("ChatCSVLogger logs a verdict that is taken back as an empty cell", async () => {
  const storage = new MemoryAdapter();
  await using chat = new ChatCSVLogger({ storage });
  await chat.setup("");
  for (const liked of [true, null, undefined]) await chat.flag({ index: 0, value: "", liked }, []);
  const rows = await Array.fromAsync(readDataset(storage, "log.csv"));
  assertEquals(rows.map(({ flag }) => flag), ["Like", "", "Like"]);
});

Deno.test("with refuseEmpty a sample without any value is refused, and nothing is written", async () => {
  const storage = new MemoryAdapter();
  const options = { storage, refuseEmpty: true, ...quiet };
  await using logger = new CSVLogger(options);
  await using simple = new SimpleCSVLogger(options);
  for (const one of [logger, simple]) {
    await one.setup(["a", file("b")], "");
    for (const sample of [["", null], [undefined, undefined], [new Date(NaN), null]]) {
      await assertRejects(() => one.flag(sample, "wrong", "ada"), TypeError, "are empty");
    }
    assertEquals((await keysOf(storage)).length, one === logger ? 0 : 1);
    for (const sample of [[0, null], [false, null], [" ", null]]) await one.flag(sample);
  }
  await using lenient = new CSVLogger({ storage, ...quiet });
  await lenient.setup(["a", "b"], "lenient");
  assertEquals(await lenient.flag(["", null], "wrong"), 1);
});
