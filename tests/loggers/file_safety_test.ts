import { assert, assertEquals, assertRejects } from "@std/assert";
import { S3Adapter } from "../../src/storage/s3/mod.ts";
import { StorageError } from "../../src/storage/storage_error.ts";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import { file, files } from "../../src/components/file.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import type { Component } from "../../src/components/component.ts";
import { readDataset } from "../../src/reader/mod.ts";
import { value } from "../../src/components/value.ts";
import { keysOf, textOf } from "../helpers/dataset_check.ts";
import { STORES } from "../helpers/stores.ts";
import { TempDir } from "../helpers/temp_dir.ts";
import { LocalFsAdapter } from "../../src/storage/local_fs/mod.ts";

const quiet = { verbose: false } as const;
const described = (path: string) => ({ path, meta: { _type: "gradio.FileData" as const } });
const encode = (text: string) => new TextEncoder().encode(text);

Deno.test("file() copies no object that a FileData names outside the dataset's directory, nor its rows", async () => {
  const storage = new MemoryAdapter();
  const secrets = [
    "backups/users.sql",
    "private/uploads/x.png",
    "flagged2/x.png",
    "flagged-x",
    "x.png",
  ];
  for (const key of secrets) {
    await storage.write(key, encode("secret"));
  }
  await storage.write("flagged/uploads/mine.png", encode("mine"));
  for (
    const key of ["data.csv.torn-1f0c9a3e", "log.txt", "log.2.txt", "sub/dataset1.csv"]
  ) {
    await storage.write(`flagged/${key}`, encode("rows"));
  }
  await using logger = new CSVLogger({ storage, ...quiet });
  await logger.setup([file("picture"), files("more")], "flagged");
  await logger.flag([null, null]);
  const before = await keysOf(storage);
  for (
    const path of [
      ...secrets,
      "flagged/../x.png",
      ...["flagged/dataset1.csv", "flagged/DATASET1.CSV", "flagged/data.csv.torn-1f0c9a3e"],
      ...[
        "flagged/log.txt",
        "flagged/log.2.txt",
        "flagged/sub/dataset1.csv",
        "flagged/flagstone-check",
      ],
      ...["flagged/uploads/../log.txt", "flagged//log.txt", "flagged/./log.txt"],
    ]
  ) {
    await assertRejects(() => logger.flag([described(path), null]), Error, "Cannot store the file");
    await assertRejects(() => logger.flag([null, [described(path)]]), Error, path);
  }
  assertEquals(await keysOf(storage), before);
  assertEquals(await logger.flag([described("flagged/uploads/mine.png"), null]), 2);
  const [copy = ""] = await keysOf(storage, "flagged/picture/");
  assertEquals(await textOf(storage, copy), "mine");
  // A file of a sample may be a CSV file itself.
  const upload = `flagged/picture/${"0".repeat(20)}/table.csv`;
  await storage.write(upload, encode("a,b"));
  assertEquals(await logger.flag([described(upload), null]), 3);
});

Deno.test("file() of a logger at the root of a storage opens only files of samples", async () => {
  const storage = new MemoryAdapter();
  await storage.write("backups/users.sql", encode("secret"));
  await using logger = new CSVLogger({ storage, ...quiet });
  await logger.setup([file("picture")], "");
  await logger.flag([new File(["mine"], "mine.png")]);
  const [stored = ""] = await keysOf(storage, "picture/");
  await assertRejects(() => logger.flag([described("backups/users.sql")]), Error, "Cannot store");
  assertEquals(await logger.flag([described(stored)]), 2);
});

Deno.test("a file is stored with a content type that no browser runs", async () => {
  const storage = new MemoryAdapter();
  await using logger = new CSVLogger({ storage, ...quiet });
  await logger.setup([file("f", { open: () => new Blob(["<p>"], { type: "text/html" }) })], "");
  const bytes = "application/octet-stream";
  const types: Readonly<Record<string, string | undefined>> = {
    "text/html": bytes,
    "TEXT/HTML; charset=utf-8": bytes,
    "image/svg+xml": bytes,
    "application/xhtml+xml": bytes,
    "text/xml": bytes,
    "application/xml": bytes,
    "text/javascript": bytes,
    "application/ecmascript": bytes,
    "application/vnd.mozilla.xul+xml": bytes,
    "multipart/x-mixed-replace": bytes,
    "x": bytes,
    "*/*": bytes,
    "image/png": "image/png",
    " image/png ": "image/png",
    "text/plain;charset=utf-8": "text/plain;charset=utf-8",
    "application/json": "application/json",
    "application/pdf": "application/pdf",
    "audio/mpeg": "audio/mpeg",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document":
      "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "": undefined,
  };
  async function storedType(sample: unknown): Promise<string | undefined> {
    const known = new Set(await keysOf(storage));
    await logger.flag([sample]);
    const [key = ""] = (await keysOf(storage, "f/")).filter((key) => !known.has(key));
    return (await storage.stat(key))?.contentType;
  }
  for (const [type, expected] of Object.entries(types)) {
    assertEquals(await storedType(new File(["x"], "a", { type })), expected?.toLowerCase(), type);
  }
  // A Blob of another library may have any type; a store takes it as a header.
  const blob = new Blob(["x"]);
  const foreign = {
    type: "text/plain; name=\u00e9",
    size: blob.size,
    arrayBuffer: () => blob.arrayBuffer(),
    stream: () => blob.stream(),
  };
  assertEquals(await storedType(foreign), "text/plain");
  assertEquals(await storedType(described("page")), bytes);
});

Deno.test("bytes that are used again, or a value that changes, before flag() settles are kept as they were", async (t) => {
  const bytesOf: Readonly<Record<string, (buffer: Uint8Array) => unknown>> = {
    "file()": (buffer) => buffer,
    "a second file in a value": (buffer) => ({ first: new Blob(["x"]), then: [buffer] }),
    "an ArrayBuffer": (buffer) => ({ image: buffer.buffer }),
  };
  const own: Component = {
    label: "f",
    toCell: async (bytes, context) => ({
      verbatim: await context.saveFile(bytes as Uint8Array, "own"),
    }),
  };
  const cases: [string, Component, (buffer: Uint8Array) => unknown][] = [
    ...Object.entries(bytesOf).map(([what, make]): [string, Component, typeof make] => [
      what,
      file("f"),
      make,
    ]),
    ["value()", value("f"), (buffer) => [buffer, new Blob(["x"])]],
    ["a custom component", own, (buffer) => buffer],
  ];
  for (const [what, component, make] of cases) {
    await t.step(what, async () => {
      await using dir = new TempDir();
      const storage = new LocalFsAdapter({ root: dir.path });
      await using logger = new CSVLogger({ storage, ...quiet });
      await logger.setup([component], "");
      const buffer = new Uint8Array(4);
      const flagged: Promise<number>[] = [];
      for (const digit of "123") {
        buffer.fill(digit.charCodeAt(0));
        flagged.push(logger.flag([make(buffer)]));
      }
      buffer.fill(0);
      await Promise.all(flagged);
      const stored = await Promise.all(
        (await keysOf(storage, "f/")).map((key) => textOf(storage, key)),
      );
      assertEquals(stored.filter((text) => text !== "x").sort(), ["1111", "2222", "3333"]);
    });
  }
  await t.step("the rest of a value with a file", async () => {
    const storage = new MemoryAdapter();
    await using logger = new CSVLogger({ storage, ...quiet });
    await logger.setup([file("f")], "");
    const boxes = [1, 2];
    const sample = { image: new Blob(["x"]), boxes };
    const flagged = logger.flag([sample]);
    boxes.push(3);
    sample.image = new Blob(["other"]);
    await flagged;
    const [row] = await Array.fromAsync(readDataset(storage, "dataset1.csv"));
    const { image, boxes: kept } = JSON.parse(row!.f!);
    assertEquals(kept, [1, 2]);
    assertEquals(await textOf(storage, image), "x");
  });
});

Deno.test("a text that looks like the mark of a file stays a text", async () => {
  const storage = new MemoryAdapter();
  await using logger = new CSVLogger({ storage, ...quiet });
  await logger.setup([file("f")], "");
  const note = `${crypto.randomUUID()}0`;
  await logger.flag([{ image: new Blob(["x"]), note, [note]: "$& $1" }]);
  const [row] = await Array.fromAsync(readDataset(storage, "dataset1.csv"));
  const { image, ...rest } = JSON.parse(row!.f!);
  assertEquals(rest, { note, [note]: "$& $1" });
  assert(image.startsWith("f/"));
});

for (const [name, make] of Object.entries(STORES)) {
  Deno.test(`flag() stores a file under any name and label, ${name}`, async () => {
    await using store = make();
    const names = [
      ...["a:\u0308.png", "e\u0001\u0301.png", "Cafe*\u0301.txt", "\u1100?\u1161.png", "e/\u0301"],
      ...["a.", "a ", "a. .", "...", " ", "<\u0338.png", "\u0301", "\u037e", "\u1fef.png", "NUL."],
      ...[`${"e".repeat(198)}\u0301\u0301.png`, "x.\u0001\u0301"],
    ];
    for (const [i, text] of names.entries()) {
      await using logger = new CSVLogger({ storage: store.storage, ...quiet });
      await logger.setup([file(text)], `${i}`);
      assertEquals(await logger.flag([new File(["x"], text)]), 1, JSON.stringify(text));
      const [, label = "", , last = ""] = (await keysOf(store.storage, `${i}/`))
        .find((key) => !key.endsWith(".csv"))?.split("/") ?? [];
      for (const segment of [label, last]) {
        assertEquals(segment, segment.normalize("NFC"));
        assert(!/[. ]$/.test(segment), `Windows would drop the end of ${JSON.stringify(segment)}`);
      }
    }
  });
}

Deno.test("with asciiNames every key of a file has plain ASCII characters only", async () => {
  const storage = new MemoryAdapter();
  await using logger = new CSVLogger({ storage, asciiNames: true, ...quiet });
  await logger.setup([file("画像"), file("Größe #1")]);
  const names = ["über.png", "日本語.jpg", "a b+c[1]~^%&.txt", "😀.png", "ﬁle.txt"];
  for (const name of names) await logger.flag([new File(["x"], name), new File(["y"], name)]);
  const keys = (await keysOf(storage)).filter((key) => !key.endsWith(".csv"));
  assertEquals(keys.length, 2 * names.length);
  for (const key of keys) assert(/^[\w./()-]+$/.test(key), key);
  assert(keys.some((key) => key.startsWith("flagged/__/") && key.endsWith("/uber.png")), `${keys}`);
  assert(keys.some((key) => key.startsWith("flagged/Gro_e__1/")), `${keys}`);
  const [row] = await Array.fromAsync(readDataset(storage, "flagged/dataset1.csv"));
  assertEquals(Object.keys(row!).slice(0, 2), ["画像", "Größe #1"]);
  assert(await storage.stat(`flagged/${row!["画像"]}`));
});

/** A store like that of Supabase, which accepts few characters in keys. */
function asciiStore(): S3Adapter {
  const objects = new Map<string, Uint8Array<ArrayBuffer>>();
  const xml = (status: number, text: string) =>
    new Response(`<?xml version="1.0"?>${text}`, { status });
  return new S3Adapter({
    endpoint: "http://s3.test",
    bucket: "b",
    accessKeyId: "id",
    secretAccessKey: "secret",
    async fetch(input, init) {
      const { pathname, searchParams } = new URL(`${input}`);
      const key = decodeURIComponent(pathname.slice("/b/".length));
      if (!/^[\w/!.*'() &$@=;:+,?-]*$/.test(key)) {
        return xml(400, "<Error><Code>InvalidKey</Code><Message>Invalid key</Message></Error>");
      }
      if (searchParams.has("list-type")) {
        return xml(200, "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>");
      }
      const headers = { etag: `"${objects.size}"` };
      if (init?.method === "PUT") {
        if (objects.has(key)) return xml(412, "<Error><Code>PreconditionFailed</Code></Error>");
        objects.set(key, new Uint8Array(await new Response(init.body).arrayBuffer()));
        return new Response(null, { headers });
      }
      const body = objects.get(key);
      return body === undefined
        ? xml(404, "<Error><Code>NoSuchKey</Code></Error>")
        : new Response(init?.method === "HEAD" ? null : body, {
          headers: { ...headers, "content-length": `${body.length}` },
        });
    },
  });
}

Deno.test("a store that refuses keys with other characters accepts those of asciiNames", async () => {
  for (const [label, name] of [["画像", "circle.png"], ["picture", "über [1].png"]] as const) {
    const sample = () => [new File(["x"], name)];
    const options = { storage: asciiStore(), probe: false, ...quiet };
    await using refused = new CSVLogger(options);
    await refused.setup([file(label)]);
    const error = await assertRejects(() => refused.flag(sample()), StorageError, "asciiNames");
    assertEquals([error.code, error.outcome], ["InvalidKey", "not-applied"]);
    await using logger = new CSVLogger({ ...options, asciiNames: true });
    await logger.setup([file(label)]);
    assertEquals(await logger.flag(sample()), 1);
  }
});
