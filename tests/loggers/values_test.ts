import type { LoggerOptions } from "../../src/loggers/logger_options.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Component } from "../../src/components/component.ts";
import { file, files } from "../../src/components/file.ts";
import { value } from "../../src/components/value.ts";
import { readDataset } from "../../src/reader/mod.ts";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import { DatasetLogger } from "../../src/loggers/dataset_logger.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import { keysOf, textOf } from "../helpers/dataset_check.ts";
import { hasPython, readByPython } from "../helpers/python_csv.ts";
import { STORES } from "../helpers/stores.ts";
import { TempDir } from "../helpers/temp_dir.ts";

const CELL_LENGTH = 5_000_000;
const DEPTH = 100_000;
const quiet = { verbose: false } as const;

/** The text of a value's cell after reading. */
async function cellOf(sample: unknown, component: Component = value("a")): Promise<string> {
  const storage = new MemoryAdapter();
  await using logger = new CSVLogger({ storage, ...quiet });
  await logger.setup([component, "b"]);
  assertEquals(await logger.flag([sample, "behind"]), 1);
  const [row] = await Array.fromAsync(readDataset(storage, "flagged/dataset1.csv"));
  assertEquals([row?.b, Object.keys(row!).length], ["behind", 3]);
  return row!.a!;
}

class Point {
  x = 1;
  toJSON(): unknown {
    return { point: this.x };
  }
}

const KEPT: readonly (readonly [what: string, sample: unknown, cell: string])[] = [
  ["nothing", null, ""],
  ["undefined", undefined, ""],
  ["an empty text", "", ""],
  ["a text that is JSON", '{"a": 1.10}', '{"a": 1.10}'],
  ["a number", 1.5, "1.5"],
  ["a negative number", -5, "-5"],
  ["minus zero", -0, "0"],
  ["NaN", NaN, "NaN"],
  ["Infinity", Infinity, "Infinity"],
  ["minus Infinity", -Infinity, "-Infinity"],
  ["a bigint", -(2n ** 70n), "-1180591620717411303424"],
  ["true", true, "true"],
  ["false", false, "false"],
  ["a date", new Date(0), "1970-01-01T00:00:00.000Z"],
  ["an invalid date", new Date(NaN), ""],
  ["an URL", new URL("http://a/b?c"), "http://a/b?c"],
  ["an empty list", [], "[]"],
  ["a list with nothing", [null, undefined, NaN], '[null,null,"NaN"]'],
  ["a list with a bigint", [1n, { a: 2n }], '["1",{"a":"2"}]'],
  ["an object with undefined", { a: undefined, b: 1 }, '{"b":1}'],
  ["an object without a prototype", Object.assign(Object.create(null), { a: 1 }), '{"a":1}'],
  ["an object with __proto__", JSON.parse('{"__proto__":{"a":1}}'), '{"__proto__":{"a":1}}'],
  ["a Float32Array", new Float32Array([1.5, -2]), "[1.5,-2]"],
  ["a BigInt64Array", new BigInt64Array([1n, -1n]), '["1","-1"]'],
  ["a Uint8ClampedArray", { a: new Uint8ClampedArray([1, 255]) }, '{"a":[1,255]}'],
  ["a class with toJSON()", new Point(), '{"point":1}'],
  ["the same object twice", ((one) => [one, one])({ a: 1 }), '[{"a":1},{"a":1}]'],
  ["a formula in JSON", { "=a": "=1+1" }, '{"=a":"=1+1"}'],
  ["a lone surrogate", "a\ud800b", "a\ufffdb"],
  ["a lone low surrogate", "\udc00", "\ufffd"],
  ["surrogates in the wrong order", "\udf0d\ud83c", "\ufffd\ufffd"],
  ["a lone surrogate in JSON", ["\ud800"], '["\\ud800"]'],
  ["NUL and other control characters", "\0\x07\x1b", "\0\x07\x1b"],
  ["line ends", "\r\n\r\n\n\r", "\r\n\r\n\n\r"],
  ["a byte order mark", "\ufeffx", "\ufeffx"],
  ["separators of lines", "\u2028\u2029\u0085", "\u2028\u2029\u0085"],
  ["a private character", "\ue000\ue001", "\ue000\ue001"],
  ["a formula", "=1+1", "=1+1"],
  ["a formula behind quotes", "''=1+1", "''=1+1"],
  ["a quoted text", '"', '"'],
];

Deno.test("value() keeps what JSON can represent", async (t) => {
  for (const [what, sample, cell] of KEPT) {
    await t.step(what, async () => assertEquals(await cellOf(sample), cell));
  }
});

const circle: Record<string, unknown> = { a: 1 };
circle.self = { circle };

const REFUSED: Readonly<Record<string, unknown>> = {
  "a function": () => 1,
  "a symbol": Symbol("x"),
  "a Map": new Map([[1, 2]]),
  "a Set": new Set([1]),
  "a WeakMap": new WeakMap(),
  "an ArrayBuffer": new ArrayBuffer(2),
  "a DataView": new DataView(new ArrayBuffer(2)),
  "a promise": Promise.resolve(1),
  "Headers": new Headers({ a: "b" }),
  "an Error": new Error("wrong"),
  "a FormData": new FormData(),
  "a RegExp": /a/,
  "URLSearchParams": new URLSearchParams("a=b"),
  "an instance without keys": new (class {
    #hidden = 1;
    get hidden(): number {
      return this.#hidden;
    }
  })(),
  "a circle": circle,
};

Deno.test("value() refuses what JSON would drop without a word", async (t) => {
  for (const [what, sample] of Object.entries(REFUSED)) {
    await t.step(what, async () => {
      await assertRejects(() => cellOf(sample), TypeError);
      await assertRejects(() => cellOf({ deep: [sample] }), TypeError);
      const beside = { bytes: new Uint8Array(2), sample };
      await assertRejects(() => cellOf(beside), TypeError);
    });
  }
});

Deno.test("value() says what to pass instead of an object that JSON would empty", async () => {
  for (const sample of [new Headers({ a: "b" }), new Error("wrong"), new Map([[1, 2]]), /a/]) {
    await assertRejects(
      () => cellOf(sample),
      TypeError,
      `as JSON has no ${sample.constructor.name}: make it an array, a plain object or a Uint8Array`,
    );
  }
});

Deno.test("value() keeps instances with keys, plain objects without, and boxed numbers", async () => {
  class Point {
    x = 1;
  }
  assertEquals(await cellOf(new Point()), '{"x":1}');
  assertEquals(
    await cellOf({ empty: {}, none: Object.create(null), list: [] }),
    '{"empty":{},"none":{},"list":[]}',
  );
  assertEquals(await cellOf({ boxed: Object(5) }), '{"boxed":5}');
});

Deno.test("value() uses an object's own toJSON()", async (t) => {
  await t.step("a method of the object", async () => {
    assertEquals(await cellOf({ toJSON: () => "=plain" }), "=plain");
  });
  await t.step("a class with toJSON() that holds a Map", async () => {
    class Scores {
      readonly map = new Map([["cat", 0.9]]);
      toJSON(): unknown {
        return Object.fromEntries(this.map);
      }
    }
    assertEquals(await cellOf(new Scores()), '{"cat":0.9}');
  });
});

Deno.test(`value() keeps values nested ${DEPTH} deep`, async (t) => {
  const nested = (wrap: (inner: unknown) => unknown, inner: unknown): unknown => {
    for (let i = 0; i < DEPTH; i++) inner = wrap(inner);
    return inner;
  };
  await t.step("lists", async () => {
    const expected = "[".repeat(DEPTH) + "1" + "]".repeat(DEPTH);
    assertEquals(await cellOf(nested((inner) => [inner], 1)), expected);
  });
  await t.step("objects", async () => {
    const expected = '{"a":'.repeat(DEPTH) + "1" + "}".repeat(DEPTH);
    assertEquals(await cellOf(nested((inner) => ({ a: inner }), 1)), expected);
  });
  await t.step("text", async () => {
    assertEquals((await cellOf("[".repeat(DEPTH))).length, DEPTH);
  });
  await t.step(
    "a file so deep is stored, or the sample is refused and leaves nothing",
    async () => {
      const storage = new MemoryAdapter();
      await using logger = new CSVLogger({ storage, ...quiet });
      await logger.setup(["a"]);
      const flagged = logger.flag([nested((inner) => [inner], new File(["x"], "x.txt"))]);
      const said = await flagged.catch((error: Error) => error.name);
      assert(said === 1 || said === "RangeError", String(said));
      assertEquals((await keysOf(storage)).length, said === 1 ? 2 : 0);
    },
  );
});

Deno.test(`flag() keeps cells of ${CELL_LENGTH} characters`, async () => {
  await using dir = new TempDir();
  const awkward = ["x", '"', "é🌍, \r\n"].map((piece) =>
    piece.repeat(Math.ceil(CELL_LENGTH / piece.length))
  );
  for (const [name, make] of Object.entries(STORES)) {
    // To parse megabytes of quotes takes seconds: once is enough.
    const texts = name === "append" ? awkward : awkward.slice(0, 1);
    await using store = make();
    await using logger = new CSVLogger({ storage: store.storage, ...quiet });
    await logger.setup(["a"], "");
    for (const [i, text] of texts.entries()) assertEquals(await logger.flag([text]), i + 1);
    await using again = new CSVLogger({ storage: store.again(), ...quiet });
    await again.setup(["a"], "");
    assertEquals(await again.flag(["last"]), texts.length + 1);
    const rows = await Array.fromAsync(readDataset(store.storage, "dataset1.csv"));
    assert(rows.every(({ a }, i) => a === (texts[i] ?? "last")), name);
    if (name !== "append" || !hasPython()) continue;
    const path = `${dir.path}/long.csv`;
    Deno.writeTextFileSync(path, await textOf(store.storage, "dataset1.csv"));
    const [records] = await readByPython([path]);
    assert(records!.slice(1).every(([cell], i) => cell === (texts[i] ?? "last")));
  }
});

Deno.test("value(), file() and files() store bytes and name them in the cell", async (t) => {
  const png = new File([new Uint8Array([1, 2])], "a b.png", { type: "image/png" });
  const stream = () => new Blob(["stream"]).stream();
  const cases: readonly (readonly [string, Component, unknown, number])[] = [
    ["a File", file("a"), png, 1],
    ["a Blob", file("a"), new Blob(["x"], { type: "text/plain" }), 1],
    ["bytes", file("a"), new Uint8Array([1, 2, 3]).subarray(1), 1],
    ["a stream", file("a"), stream(), 1],
    ["an annotated image", file("a"), { image: png, boxes: [[1, 2]] }, 1],
    ["a list", files("a"), [png, stream()], 2],
    ["an empty list", files("a"), [], 0],
    ["bytes deep in a value", value("a"), { a: [{ b: png }, new Uint8Array(2)] }, 2],
    ["one File at two places", value("a"), [png, png], 1],
    ["an empty file", file("a"), new File([], ""), 1],
  ];
  for (const [what, component, sample, count] of cases) {
    await t.step(what, async () => {
      const storage = new MemoryAdapter();
      await using logger = new CSVLogger({ storage, ...quiet });
      await logger.setup([component], "");
      await logger.flag([sample]);
      const stored = (await keysOf(storage)).filter((key) => key !== "dataset1.csv");
      assertEquals(stored.length, count);
      const [row] = await Array.fromAsync(readDataset(storage, "dataset1.csv"));
      for (const key of stored) assert(row!.a!.includes(key), `${row!.a} does not name ${key}`);
    });
  }
});

Deno.test("file() passes the path of a FileData to open(), and stores the result", async () => {
  const storage = new MemoryAdapter();
  const asked: string[] = [];
  const open = (path: string) => {
    asked.push(path);
    return new Blob(["opened"]);
  };
  await using logger = new CSVLogger({ storage, ...quiet });
  await logger.setup([file("a", { open })], "");
  const path = "/tmp/gradio/deep/../x y.txt";
  await logger.flag([{ path, meta: { _type: "gradio.FileData" } }]);
  assertEquals(asked, [path]);
  const [row] = await Array.fromAsync(readDataset(storage, "dataset1.csv"));
  assert(row!.a!.endsWith("/x y.txt"));
  assertEquals(await textOf(storage, row!.a!), "opened");
});

// Custom components and loggers

Deno.test("a component of one's own decides what its cell is", async (t) => {
  const storage = new MemoryAdapter();
  const own = (toCell: Component["toCell"], label = "a"): Component => ({ label, toCell });
  const cases: readonly (readonly [string, Component["toCell"], string])[] = [
    ["a text", () => "=1", "'=1"],
    ["verbatim", () => ({ verbatim: "=1" }), "=1"],
    ["nothing", () => null, ""],
    ["later", () => Promise.resolve("x,y"), "x,y"],
    [
      "what it is told",
      (_, { column, simplifyFileData }) => `${column} ${simplifyFileData}`,
      "a true",
    ],
  ];
  for (const [i, [what, toCell, expected]] of cases.entries()) {
    await t.step(what, async () => {
      await using logger = new CSVLogger({ storage, ...quiet });
      await logger.setup([own(toCell)], `${i}`);
      await logger.flag(["sample"]);
      const text = await textOf(storage, `${i}/dataset1.csv`);
      const cell = expected.includes(",") ? `"${expected}"` : expected;
      assertEquals(text.split("\r\n")[1]?.slice(0, -27), cell);
    });
  }
  await t.step("a file it stores, and one it reads", async () => {
    await storage.write("mine/here.txt", new TextEncoder().encode("found"));
    const copies = own(async (_, context) => {
      const found = await context.openKey("mine/here.txt");
      assertEquals(await context.openKey("../etc"), null);
      assertEquals(await context.openKey("gone"), null);
      return { verbatim: await context.saveFile(found!, "../../copy.txt") };
    });
    await using logger = new CSVLogger({ storage, ...quiet });
    await logger.setup([copies], "copies");
    await logger.flag([null]);
    const [row] = await Array.fromAsync(readDataset(storage, "copies/dataset1.csv"));
    assert(/^a\/[0-9a-f]{20}\/copy\.txt$/.test(row!.a!), row!.a);
    assertEquals(await textOf(storage, `copies/${row!.a}`), "found");
  });
});

class Rated extends DatasetLogger<[labels: string[]], [data: unknown[], stars?: number]> {
  constructor(options: LoggerOptions) {
    super(options, { fileName: "rated.csv", header: true, simplifyFileData: true });
  }

  setup(labels: string[]): Promise<void> {
    this.open(labels, "");
    return Promise.resolve();
  }

  flag(data: unknown[], stars?: number): Promise<number> {
    return this.keep(data, { stars: stars?.toString() });
  }
}

Deno.test("DatasetLogger gives a logger of one's own the guarantee of CSVLogger", async (t) => {
  for (const [name, make] of Object.entries(STORES)) {
    await t.step(name, async () => {
      await using store = make();
      await using logger = new Rated({ storage: store.storage });
      await logger.setup(["a"]);
      assertEquals([await logger.flag(["1"]), logger.datasetFile], [1, "rated.csv"]);
      assertEquals([await logger.flag(["2"], 5), logger.datasetFile], [1, "rated2.csv"]);
      assertEquals([await logger.flag(["3"]), logger.datasetFile], [2, "rated2.csv"]);
      await assertRejects(() => logger.flag([]), TypeError);
      const rows = await Array.fromAsync(readDataset(store.storage, "rated2.csv"));
      assertEquals(rows.map(({ a, stars }) => [a, stars]), [["2", "5"], ["3", ""]]);
    });
  }
});
