import { assert, assertEquals } from "@std/assert";
import { CSVLogger, MemoryAdapter } from "@flagstone/flagging";
import { counted, flag, place, type Stage, stage, verdictOn } from "./_stage.ts";

type Listed = {
  title: string;
  flag: string;
  rowId: string;
  key: string;
  start: number;
  state: string;
};

/** All rows of a query, page by page. */
async function all({ json }: Stage, query = "", limit = 7): Promise<Listed[]> {
  const rows: Listed[] = [];
  for (let after: string | null = ""; after !== null;) {
    const params: URLSearchParams = new URLSearchParams(query);
    params.set("limit", `${limit}`);
    if (after !== "") params.set("after", after);
    const page = await json(`rows?${params}`);
    assert(page.rows.length <= limit);
    rows.push(...page.rows);
    after = page.next;
  }
  return rows;
}

const titles = (rows: readonly Listed[]) => rows.map(({ title }) => title);

/** 40 rows in two versions of the dataset: q39 is the latest. */
async function forty(storage: MemoryAdapter): Promise<void> {
  let now = Date.UTC(2026, 10, 1);
  await using logger = new CSVLogger({ storage, verbose: false, now: () => now += 3_600_000 });
  for (let i = 0; i < 40; i++) {
    const isNew = i >= 20;
    if (i % 20 === 0) {
      await logger.setup(
        isNew ? ["question", "answer", "lang"] : ["question", "answer"],
        "flagged",
      );
    }
    const lang = isNew ? [i % 2 ? "en" : "de"] : [];
    await logger.flag(
      [`q${i}`, `answer ${i}`, ...lang],
      i % 4 ? "good" : "wrong",
      i % 3 ? "ada" : "lin",
    );
  }
}

const NEWEST_FIRST = Array.from({ length: 40 }, (_, i) => `q${39 - i}`);

for (const index of ["memory", "none"] as const) {
  Deno.test(`rows are the newest first, page by page, by every filter: index ${index}`, async () => {
    await using one = stage({ index });
    await forty(one.storage);
    if (index === "memory") await counted(one);
    assertEquals(titles(await all(one)), NEWEST_FIRST);
    const expected = (pass: (i: number) => boolean) =>
      NEWEST_FIRST.filter((title) => pass(Number(title.slice(1))));
    const filters: [string, (i: number) => boolean][] = [
      ["flag=wrong", (i) => i % 4 === 0],
      ["flag=wrong&flag=good", () => true],
      ["flag=wrong&username=lin", (i) => i % 12 === 0],
      ["is.lang=en", (i) => i >= 20 && i % 2 === 1],
      ["is.lang=&is.lang=de", (i) => i < 20 || i % 2 === 0],
      ["is.other=", () => true],
      ["is.other=x", () => false],
      ["search=ANSWER%203", (i) => i === 3 || i >= 30],
      ["search=nothing", () => false],
      ["from=2026-11-02 01:00", (i) => i >= 24],
      ["before=2026-11-01T05:00", (i) => i < 4],
      ["file=dataset1.csv", (i) => i < 20],
      ["file=dataset2.csv&flag=wrong", (i) => i >= 20 && i % 4 === 0],
      ["file=../secret.csv", () => false],
      ["review=open", () => true],
      ["review=confirmed", () => false],
    ];
    for (const [query, pass] of filters) {
      assertEquals(titles(await all(one, query)), expected(pass), query);
    }
  });

  Deno.test(`rows of a state of review are found: index ${index}`, async () => {
    await using one = stage({ index });
    await forty(one.storage);
    if (index === "memory") await counted(one);
    const rows = await all(one);
    for (const at of [3, 30]) await one.post(verdictOn(rows[at]!, { flag: "rejected" }));
    assertEquals(titles(await all(one, "review=rejected")), ["q36", "q9"]);
    assertEquals((await all(one, "review=open")).length, 38);
    assertEquals((await all(one, "review=open&review=rejected")).length, 40);
  });

  Deno.test(`a dataset that is not there is empty, and rows that are added appear: index ${index}`, async () => {
    await using one = stage({ index });
    assertEquals(await one.json("rows"), { rows: [], next: null });
    assertEquals((await one.json("counts")).total, 0);
    await flag(one.storage, [["a", "b", "good"]]);
    assertEquals(titles(await all(one)), ["a"]);
    await flag(one.storage, [["c", "d", "good"]]);
    const end = Date.now() + 10_000;
    while (titles(await all(one)).join() !== "c,a") assert(Date.now() < end);
    if (index === "memory") {
      while ((await counted(one)).total !== 2) assert(Date.now() < end);
    }
  });
}

Deno.test("rows that are added between two pages shift none", async () => {
  await using one = stage();
  await flag(one.storage, [["a", "", ""], ["b", "", ""], ["c", "", ""], ["d", "", ""]]);
  await counted(one);
  const first = await one.json("rows?limit=2");
  assertEquals(titles(first.rows), ["d", "c"]);
  await flag(one.storage, [["e", "", ""]]);
  const end = Date.now() + 10_000;
  while ((await counted(one)).total !== 5) assert(Date.now() < end);
  const second = await one.json(`rows?limit=2&after=${first.next}`);
  assertEquals(titles(second.rows), ["b", "a"]);
});

Deno.test("counts equal what the rows say, each facet without the filter on itself", async () => {
  await using one = stage();
  await forty(one.storage);
  const counts = await counted(one, "flag=wrong");
  assertEquals([counts.total, counts.all], [10, 40]);
  const facets = Object.fromEntries(
    // deno-lint-ignore no-explicit-any -- answers are read as the page reads them
    counts.facets.map(({ column, values }: any) => [column, values]),
  );
  assertEquals(facets.flag, [{ value: "good", count: 30 }, { value: "wrong", count: 10 }]);
  assertEquals(facets.username, [{ value: "ada", count: 6 }, { value: "lin", count: 4 }]);
  assertEquals(facets.lang, [{ value: "de", count: 5 }, { value: "", count: 5 }]);
  assertEquals(counts.files, ["dataset1.csv", "dataset2.csv"]);
  assertEquals(counts.review, { open: 40, confirmed: 0, rejected: 0, unclear: 0, disagreed: 0 });
  const sum = counts.histogram.reduce(
    (sum: number, { count }: { count: number }) => sum + count,
    0,
  );
  assertEquals(sum, 10);
});

Deno.test('with the index "none" there are rows and no totals', async () => {
  await using one = stage({ index: "none" });
  await forty(one.storage);
  const counts = await one.json("counts");
  assertEquals([counts.index, counts.total, counts.facets], ["none", null, []]);
  assertEquals((await one.json("rows")).rows.length, 40);
});

Deno.test("rows come before counts do: while the index is made, from the newest piece", async () => {
  const memory = new MemoryAdapter();
  await forty(memory);
  let reads = 0;
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const held = Object.assign(Object.create(memory) as MemoryAdapter, {
    name: "held",
    capabilities: memory.capabilities,
    list: (...given: Parameters<MemoryAdapter["list"]>) => memory.list(...given),
    stat: (...given: Parameters<MemoryAdapter["stat"]>) => memory.stat(...given),
    async read(...given: Parameters<MemoryAdapter["read"]>) {
      // The first reading of the first version is for its columns; the next one is the index.
      if (given[0] === "flagged/dataset1.csv" && reads++ > 0) await gate;
      return await memory.read(...given);
    },
  });
  await using one = stage({ storage: held });
  const { rows } = await one.json("rows?limit=5");
  assertEquals(titles(rows), NEWEST_FIRST.slice(0, 5));
  assertEquals((await one.json("counts")).index, "indexing");
  open();
  assertEquals((await counted(one)).total, 40);
});

Deno.test("a cell of 64 MiB is shortened in lists, and whole in its sample", async () => {
  await using one = stage({ index: "none" });
  const text = "x".repeat(64 * 1024 * 1024);
  await flag(one.storage, [["small", "1", "good"], [text, "2", text.slice(0, 500)]]);
  const response = await (await one.get("rows")).text();
  assert(response.length < 2000, `${response.length}`);
  const [row] = JSON.parse(response).rows;
  assertEquals(row.title.length, 161);
  const sample = await one.json(`sample?${place(row)}`);
  assertEquals(sample.cells[0].text.length, text.length);
});

Deno.test("a mistaken query is refused with what is right", async () => {
  await using one = stage();
  for (
    const query of [
      "limit=0",
      "limit=1e9",
      "limit=x",
      "from=yesterday",
      "after=x",
      "after=p1",
      `search=${"x".repeat(1001)}`,
    ]
  ) {
    await flag(one.storage, [["a", "b", "c"]]);
    const response = await one.get(`rows?${query}`);
    assertEquals(response.status, 400, query);
    assert((await response.json()).error.startsWith("Cannot"));
  }
  assertEquals(one.errors, []);
});

Deno.test("an error of the storage is told to the app, and names no path to the page", async () => {
  const storage = new MemoryAdapter();
  const broken = Object.assign(Object.create(storage) as MemoryAdapter, {
    list() {
      throw new Error("/home/secret/flagged is gone");
    },
  });
  await using one = stage({ storage: broken });
  for (const path of ["rows", "counts", "export?format=csv"]) {
    const response = await one.get(path, { accept: "text/html" });
    assertEquals(response.status, 500);
    assert(!/secret|flagged|at /.test(await response.text()));
  }
  assertEquals(one.errors.length, 3);
});

Deno.test("the latest rows of a large piece are found from its end, whatever its cells contain", async () => {
  await using one = stage({ index: "none" });
  const read: number[] = [];
  const { storage } = one;
  await using logger = new CSVLogger({ storage, verbose: false });
  await logger.setup(["question", "answer"], "flagged");
  const awkward = [
    'a,"b"\r\n"c",d\r\n',
    '"',
    '""\r\n,"',
    "\r\nfake,row,good,eve,2026-01-01 00:00:00.000000\r\n",
    '",good,eve,2026-01-01 00:00:00.000000\r\n"',
    "'x','y'\n",
  ];
  for (let i = 0; i < 900; i++) {
    const filling = `${awkward[i % awkward.length]}${"x".repeat(700)}`;
    await logger.flag([`q${i}`, filling], i % 300 === 0 ? "rare" : "good", "eve");
  }
  const { size } = (await storage.stat("flagged/dataset1.csv"))!;
  assert(size > 600_000);
  const whole = storage.read.bind(storage);
  storage.read = async (...given) => {
    const result = await whole(...given);
    read.push(result === null ? 0 : result.end - result.start);
    return result;
  };
  const first = await one.json("rows?limit=20");
  assert(read.every((bytes) => bytes < 400_000), `${read}`);
  for (const row of first.rows) {
    const sample = await one.json(`sample?${place(row)}`);
    assertEquals(sample.cells[0].text, row.title);
  }
  const expected = Array.from({ length: 900 }, (_, i) => `q${899 - i}`);
  assertEquals(titles(await all(one, "", 150)), expected);
  assertEquals(titles(await all(one, "flag=rare", 2)), ["q600", "q300", "q0"]);
});

for (
  const [kind, header, quote] of [
    ["without a header", "", '"'],
    ["in single quotes", "'question','answer','flag'\n", "'"],
  ] as const
) {
  Deno.test(`a large file ${kind} is listed from its end`, async () => {
    const columns = header === ""
      ? { datasetOptions: { columns: ["question", "answer", "flag"] } }
      : {};
    await using one = stage({ index: "none", ...columns });
    const cells = (i: number) => [`q${i}`, `it"s ${"x\n".repeat(400)}`, "good"];
    const double = (text: string) => quote + text.replaceAll(quote, quote + quote) + quote;
    const lines = Array.from({ length: 600 }, (_, i) => cells(i).map(double).join(","));
    await one.storage.write(
      header === "" ? "flagged/log.csv" : "flagged/dataset1.csv",
      new TextEncoder().encode(`${header}${lines.join("\n")}\n`),
    );
    const expected = Array.from({ length: 600 }, (_, i) => `q${599 - i}`);
    assertEquals(titles(await all(one, "", 150)), expected);
  });
}

Deno.test("rows of many writers with segments are listed once each", async () => {
  for (const index of ["memory", "none"] as const) {
    await using one = stage({ index });
    for (let writer = 0; writer < 4; writer++) {
      await using logger = new CSVLogger({ storage: one.storage, verbose: false, segments: true });
      await logger.setup(["question"], "flagged");
      for (let i = 0; i < 10; i++) await logger.flag([`w${writer} q${i}`], "good");
    }
    if (index === "memory") await counted(one);
    const found = titles(await all(one));
    assertEquals(found.length, 40);
    assertEquals(new Set(found).size, 40);
    assertEquals(found[0], "w3 q9");
  }
});
