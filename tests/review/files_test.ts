import { assert, assertEquals } from "@std/assert";
import { CSVLogger, file, files, type MemoryAdapter } from "@flagstone/flagging";
import { place, type Stage, stage } from "./_stage.ts";

const latin = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const PNG = latin("\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
const MP3 = latin("ID3\x03\0\0\0\0\0\0" + "0123456789".repeat(10));

/** Flags a row with files, and returns its place for requests. */
async function flagged({ storage, json }: Stage, ...given: readonly File[]): Promise<string> {
  await using logger = new CSVLogger({ storage, verbose: false });
  await logger.setup(["title", files("attached")], "flagged");
  await logger.flag(["some files", given]);
  const [row] = (await json("rows?limit=1")).rows;
  return `${place(row)}&column=attached`;
}

Deno.test("a file's type comes from its first bytes, whatever its name", async () => {
  await using one = stage({ index: "none" });
  const inline: [string, string][] = [
    ["image/png", "\x89PNG\r\n\x1a\n"],
    ["image/jpeg", "\xff\xd8\xff\xe0"],
    ["image/gif", "GIF89a"],
    ["image/webp", "RIFF\x10\0\0\0WEBPVP8 "],
    ["image/avif", "\0\0\0\x1cftypavif"],
    ["audio/mpeg", "ID3\x04\0\0"],
    ["audio/mpeg", "\xff\xfb\x90\x64"],
    ["audio/wav", "RIFF\x10\0\0\0WAVEfmt "],
    ["audio/ogg", "OggS\0\x02"],
    ["video/mp4", "\0\0\0\x18ftypisom"],
    ["video/webm", "\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm"],
  ];
  const given = inline.map(([, bytes], i) => new File([latin(bytes)], `${i}.html`));
  const row = await flagged(one, ...given);
  for (const [i, [type, bytes]] of inline.entries()) {
    const response = await one.get(`file?${row}&index=${i}`);
    assertEquals([response.status, response.headers.get("content-type")], [200, type]);
    assertEquals(response.headers.get("content-disposition"), null);
    assertEquals(await response.bytes(), latin(bytes));
  }
});

Deno.test("what a browser could run is an attachment in a sandbox", async () => {
  await using one = stage({ index: "none" });
  const html = "<!doctype html><script>alert(1)</script>";
  const hostile: [string, string][] = [
    ["page.html", html],
    ["picture.svg", '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
    ["picture.png", html],
    ["picture.png", `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`],
    ["a.xml", "<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>"],
    ["a.pdf", "%PDF-1.7"],
    ["a.js", "alert(1)"],
    ["a.webm", "\x1a\x45\xdf\xa3 matroska"],
    ["a.heic", "\0\0\0\x18ftypheic"],
    ["empty.png", ""],
    ["utf16.png", "\xff\xfe<\0s\0v\0g\0"],
  ];
  const row = await flagged(one, ...hostile.map(([name, text]) => new File([latin(text)], name)));
  for (const [i] of hostile.entries()) {
    const { headers, body } = await one.get(`file?${row}&index=${i}`);
    await body?.cancel();
    assertEquals(headers.get("content-type"), "application/octet-stream");
    assert(headers.get("content-disposition")!.startsWith("attachment; filename="));
    assertEquals(headers.get("content-security-policy"), "default-src 'none'; sandbox");
    assertEquals(headers.get("x-content-type-options"), "nosniff");
  }
});

Deno.test("a picture with a script in it is shown as a picture only", async () => {
  await using one = stage({ index: "none" });
  const polyglot = new File([PNG, "<script>alert(1)</script>"], "a.html", { type: "text/html" });
  const row = await flagged(one, polyglot);
  const { headers, body } = await one.get(`file?${row}&index=0`);
  await body?.cancel();
  assertEquals(headers.get("content-type"), "image/png");
  assertEquals(headers.get("x-content-type-options"), "nosniff");
  assertEquals(headers.get("content-security-policy"), "default-src 'none'; sandbox");
});

Deno.test("the name of an attachment cannot add a header", async () => {
  await using one = stage({ index: "none" });
  const row = await flagged(one, new File(["x"], 'a"; filename=b.html; ü’.txt'));
  const { headers, body } = await one.get(`file?${row}&index=0`);
  await body?.cancel();
  const [, plain] = /^attachment; filename="([^"]*)"; filename\*=UTF-8''[\w.%-]+$/
    .exec(headers.get("content-disposition")!)!;
  assert(!/[";]/.test(plain!));
});

Deno.test("a file is reached by its row, column and number only", async () => {
  await using one = stage({ index: "none" });
  await one.storage.write("secret/a.png", PNG);
  await one.storage.write("flagged/other/a.png", PNG);
  await one.storage.write("other/dataset1.csv", latin("a,timestamp\nsecret/a.png,\n"));
  const row = await flagged(one, new File([PNG], "a.png"));
  assertEquals((await one.get(`file?${row}&index=0`)).status, 200);
  const params = (change: Record<string, string>) => {
    const all = new URLSearchParams(`${row}&index=0`);
    for (const [name, text] of Object.entries(change)) all.set(name, text);
    return `file?${all}`;
  };
  const wrong: Record<string, string>[] = [
    { index: "1" },
    { index: "-1" },
    { index: "0.5" },
    { index: "length" },
    { index: "__proto__" },
    { column: "title" },
    { column: "../attached" },
    { column: "__proto__" },
    { key: "other/dataset1.csv", start: "12" },
    { key: "flagged/../other/dataset1.csv", start: "12" },
    { key: "secret/a.png", start: "0" },
    { key: "flagged/other/a.png" },
    { key: "" },
    { row: "0000000000000000" },
    { row: "" },
    { start: "0" },
    { start: "1e999" },
    { start: "-1" },
    { start: "x" },
  ];
  for (const change of wrong) {
    assertEquals((await one.get(params(change))).status, 404, JSON.stringify(change));
    if (!("index" in change) && !("column" in change)) {
      assertEquals((await one.get(params(change).replace("file", "sample"))).status, 404);
    }
  }
  assertEquals(one.errors, []);
});

Deno.test("a cell that leads out of the directory opens nothing", async () => {
  await using one = stage({ index: "none" });
  await one.storage.write("secret.png", PNG);
  await using logger = new CSVLogger({ storage: one.storage, verbose: false });
  await logger.setup(["title", "path"], "flagged");
  for (
    const path of [
      "../secret.png",
      "/secret.png",
      "x/../../secret.png",
      "..\\secret.png",
      "file:///secret.png",
    ]
  ) {
    await logger.flag(["a", path]);
  }
  for (const row of (await one.json("rows")).rows) {
    assertEquals((await one.get(`file?${place(row)}&column=path&index=0`)).status, 404);
    const { cells } = await one.json(`sample?${place(row)}`);
    assert(cells.every((cell: { files?: unknown }) => cell.files === undefined));
  }
});

Deno.test("sound and films are served in ranges", async () => {
  await using one = stage({ index: "none" });
  const row = await flagged(one, new File([MP3], "a.mp3"));
  const size = MP3.length;
  const ask = async (range: string, more = {}) => {
    const response = await one.get(`file?${row}&index=0`, { range, ...more });
    const { headers, status } = response;
    return [status, headers.get("content-range"), await response.bytes()] as const;
  };
  assertEquals(await ask("bytes=0-3"), [206, `bytes 0-3/${size}`, MP3.slice(0, 4)]);
  assertEquals(await ask("bytes=100-"), [206, `bytes 100-${size - 1}/${size}`, MP3.slice(100)]);
  assertEquals(await ask("bytes=-5"), [
    206,
    `bytes ${size - 5}-${size - 1}/${size}`,
    MP3.slice(-5),
  ]);
  assertEquals(await ask("bytes=90-9999"), [206, `bytes 90-${size - 1}/${size}`, MP3.slice(90)]);
  for (const range of ["bytes=5-1", "bytes=0-1,3-4", "lines=0-1", "bytes=-", "bytes=a-b"]) {
    assertEquals(await ask(range), [200, null, MP3], range);
  }
  assertEquals((await ask("bytes=0-3", { "if-range": '"x"' }))[0], 200);
  assertEquals((await ask(`bytes=${size}-`)).slice(0, 2), [416, `bytes */${size}`]);
  assertEquals((await ask("bytes=-0")).slice(0, 2), [416, `bytes */${size}`]);
});

Deno.test("a file that vanished is 404, and its sample says nothing of it", async () => {
  await using one = stage({ index: "none" });
  const storage: MemoryAdapter = one.storage;
  await using logger = new CSVLogger({ storage, verbose: false });
  await logger.setup(["title", file("picture")], "flagged");
  await logger.flag(["a", new File([PNG], "a.png")]);
  const [row] = (await one.json("rows")).rows;
  assertEquals(row.picture, "picture");
  const before = await one.json(`sample?${place(row)}`);
  assertEquals(before.cells[1].files, [{ name: "a.png", size: PNG.length, type: "image/png" }]);
  for await (const { key } of storage.list({ prefix: "flagged/picture" })) {
    await storage.delete(key);
  }
  assertEquals((await one.get(`file?${place(row)}&column=picture&index=0`)).status, 404);
  const { cells } = await one.json(`sample?${place(row)}`);
  assertEquals(cells[1].files, undefined);
  assertEquals(one.errors, []);
});
