import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path/from-file-url";
import { openDataset } from "../../src/reader/mod.ts";
import { at, stored, textsOf, valuesOf } from "../helpers/dataset_files.ts";

const WILD = fromFileUrl(new URL("../testdata/wild/", import.meta.url));
const TIME = "2025-05-01 10:00:00.00000";

Deno.test("openDataset() reads cells in single quotes, as Gradio wrote in 2022", async () => {
  const rows = await valuesOf(await openDataset(`${WILD}01-single-quotes`));
  assertEquals(rows.map(({ note, score }) => [note, score]), [
    ["good, really", "3"],
    ['it\'s "fine"\nline 2', "0.5"],
  ]);
  const storage = await stored({
    "dataset1.csv": "'a','timestamp'\n'''-5','T'\n'=1','T'\n'x''y\"\"z','T'\n",
  });
  assertEquals(await textsOf(await openDataset(storage, ""), "a"), `'-5 =1 x'y""z`); // not escaped
  const index = await (await openDataset(storage, "")).index({ facets: ["a"] });
  assertEquals((await index.facet("a")).map(({ value }) => value), ["'-5", "=1", `x'y""z`]);
  const [last] = await index.page({ newest: true, limit: 1 });
  assertEquals(last?.values.a, `x'y""z`);
});

Deno.test("openDataset() finds the message of a chat that Gradio logged without it", async () => {
  const rows = await valuesOf(await openDataset(`${WILD}02-chat-four-values`));
  assertEquals(rows.map(({ value, flag }) => [value, flag]), [["5", "Dislike"]]);
  const header = "conversation,index,value,flag,timestamp\r\n";
  const storage = await stored({
    "log.csv": header +
      `"[[""hi"", ""yo""], [""?"", null]]","[0, 1]",Like,${at(1)}\r\n` +
      `"[[""hi"", ""yo""]]",0,Like,${at(2)}\r\n` +
      `no JSON,0,Like,${at(3)}\r\n` +
      `[],7,Like,${at(4)}\r\n` +
      `"[{""role"":""user"",""content"":{""path"":""a""}}]",0,own,Like,${at(5)}\r\n`,
  });
  assertEquals(
    (await valuesOf(await openDataset(storage, ""))).map(({ value, flag }) => [value, flag]),
    [["yo", "Like"], ["yo", "Like"], ["", "Like"], ["", "Like"], ["own", "Like"]],
  );
});

Deno.test("openDataset() binds rows of another app from both ends, and marks them", async () => {
  const dataset = await openDataset(`${WILD}03-rows-of-another-app`);
  const rows = await Array.fromAsync(dataset.rows());
  assertEquals(rows.map(({ values }) => Object.values(values)), [
    ["Ada", "Hello Ada", "", "", `${TIME}1`],
    ["Ada", "True", "wrong", "bob", `${TIME}2`],
    ["Ada", "", "", "", `${TIME}3`],
  ]);
  assertEquals(rows.map(({ surplus }) => surplus), [[], ["30", "Hello", "1.5"], []]);
  assertEquals(rows.map(({ irregular }) => irregular), [false, true, true]);
});

Deno.test("openDataset() reads numbers and formulas that Gradio escaped as they were", async () => {
  const [row] = await valuesOf(await openDataset(`${WILD}04-negative-numbers`));
  assertEquals(row, { x: "-2", y: "-0.5", output: "=1+1", timestamp: `${TIME}1` });
});

Deno.test("openDataset() shows both of two columns of one name", async () => {
  const [row] = await valuesOf(await openDataset(`${WILD}05-columns-of-one-name`));
  assertEquals([row!.history, row!["history (2)"]], ["[]", '[["hi", "hello"]]']);
  const storage = await stored({ "dataset1.csv": "a,a (2),a,timestamp\r\n1,2,3,T\r\n" });
  const [other] = await valuesOf(await openDataset(storage, ""));
  assertEquals(other, { a: "1", "a (2)": "2", "a (3)": "3", timestamp: "T" });
});

Deno.test("openDataset() passes over a header in the middle", async () => {
  const text = `a,flag,timestamp\r\n1,x,${at(1)}\r\na,flag,timestamp\r\n2,y,${at(2)}\r\n`;
  const dataset = await openDataset(await stored({ "log.csv": text }), "");
  assertEquals(await textsOf(dataset, "a"), "1 2");
  const index = await dataset.index();
  assertEquals(index.total, 2);
  assertEquals((await index.page()).map(({ values }) => values.a), ["1", "2"]);
});

Deno.test("openDataset() reads a whole last row without its line ending", async () => {
  const [row] = await valuesOf(await openDataset(`${WILD}08-whole-row-no-line-end`));
  assertEquals([row!.flag, row!.timestamp], ["Like", `${TIME}1`]);
  const lengths = await stored({ "log.csv": `a,flag,timestamp\n1,x,${at(1)}\n2,2,2,x,${at(2)}` });
  assertEquals(await textsOf(await openDataset(lengths, ""), "a"), "1 2");
  const seconds = await stored({ "log.csv": "a,timestamp\n1,2025-05-01 10:00:00" });
  assertEquals(await textsOf(await openDataset(seconds, ""), "a"), "1");
});

Deno.test("openDataset() counts empty files as none", async () => {
  const dataset = await openDataset(`${WILD}10-empty`);
  assertEquals([dataset.columns, await valuesOf(dataset)], [[], []]);
});

Deno.test("Sample.files() resolves the paths that Gradio and this package write", async () => {
  const dataset = await openDataset(`${WILD}06-file-cells/app/.gradio/flagged`);
  const rows = await Array.fromAsync(dataset.rows());
  const found = await Promise.all(rows.map((row) => row.files()));
  assertEquals(found.map((files) => files.map(({ key }) => key).join()), [
    "image/aaaaaaaaaaaaaaaaaaaa/a.png",
    "image/bbbbbbbbbbbbbbbbbbbb/b.png",
    "image/cccccccccccccccccccc/c.png",
    "image/dddddddddddddddddddd/d.png",
    "image/eeeeeeeeeeeeeeeeeeee/e.png",
    "image/0.png",
    "image/ffffffffffffffffffff/png",
    "",
  ]);
  const [file] = found[0]!;
  assertEquals([file!.column, file!.name, file!.size], ["image", "a.png", 1]);
  assertEquals((await new Response((await file!.read())!.body).bytes()).length, 1);
});
