import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { createLogger } from "../../src/loggers/create_logger.ts";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import { file } from "../../src/components/file.ts";
import type { Formulas } from "../../src/csv/formulas.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import { readDataset, readRecords } from "../../src/reader/mod.ts";
import { SimpleCSVLogger } from "../../src/loggers/simple_csv_logger.ts";
import { textOf } from "../helpers/dataset_check.ts";
import { hasPython } from "../helpers/python_csv.ts";
import { TempDir } from "../helpers/temp_dir.ts";

const WAYS: readonly Formulas[] = ["gradio", "strict", "as-typed"];

/** Texts of the characters that decide where a reading begins a cell. */
const hostileText = fc.string({
  unit: fc.constantFrom(
    ...["=", "+", "-", "@", "\t", "\r", "\n", "\r\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"],
    ...[",", ";", '"', "'", " ", "\ufeff", "a", "5", "[", "]", "{", "}", "\\", "=1+1"],
  ),
  maxLength: 12,
});

const hostileValue = fc.oneof(
  hostileText,
  fc.double(),
  fc.array(fc.oneof(hostileText, fc.integer())),
  fc.dictionary(hostileText, fc.oneof(hostileText, fc.integer(), fc.constant(null))),
);

/** The text that the reader must return for a value. */
function expectedText(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "number" ? String(value) : JSON.stringify(value);
}

/** Prints the cells that begin a formula in any reading of a file, except plain numbers. */
const FIND_FORMULAS = `
import csv, json, re, sys
csv.field_size_limit(2**31 - 1)
found = []
for path in sys.argv[1:]:
    for encoding in ("utf-8", "utf-8-sig"):
        for delimiter in ",;\\t":
            for skip in (False, True):
                with open(path, encoding=encoding, newline="") as file:
                    for row in csv.reader(file, delimiter=delimiter, skipinitialspace=skip):
                        for cell in row:
                            begins = cell[:1] in "=+-@\\t\\r\\uff1d\\uff0b\\uff0d\\uff20" and cell
                            if begins and not re.fullmatch(r"-\\d+(\\.\\d+)?(e[+-]?\\d+)?", cell):
                                found.append([delimiter, skip, cell])
print(json.dumps(found[:5]))
`;

/** The cells that begin a formula in some reading of these files. */
async function formulasIn(texts: readonly string[]): Promise<unknown> {
  await using dir = new TempDir();
  const paths = texts.map((text, i) => {
    Deno.writeTextFileSync(`${dir.path}/${i}.csv`, text);
    return `${dir.path}/${i}.csv`;
  });
  const command = new Deno.Command("python3", { args: ["-c", FIND_FORMULAS, ...paths] });
  const { success, stdout, stderr } = await command.output();
  assert(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Returns files of loggers with a header and without one, in which all texts come from strangers. */
async function filesOf(formulas: Formulas, values: unknown[][], labels: string[]) {
  const storage = new MemoryAdapter();
  await using logger = new CSVLogger({ storage, formulas, verbose: false });
  await using simple = new SimpleCSVLogger({ storage, formulas });
  await logger.setup(labels, "a");
  await simple.setup(labels, "a");
  for (const row of values) {
    await logger.flag(row, expectedText(row[0]), expectedText(row[1]));
    await simple.flag(row);
  }
  return [await textOf(storage, "a/dataset1.csv"), await textOf(storage, "a/log.csv")];
}

const rows = fc.array(fc.tuple(hostileValue, hostileValue, hostileValue), {
  minLength: 1,
  maxLength: 30,
});
const labels = fc.tuple(hostileText, hostileText, hostileText);

Deno.test({
  name: "strict: Python's csv finds no formula in any cell, whatever separates the cells",
  ignore: !hasPython(),
  async fn() {
    const runs = fc.sample(fc.tuple(rows, labels), 60);
    const files = [];
    for (const [values, names] of runs) files.push(...await filesOf("strict", values, names));
    assertEquals(await formulasIn(files), []);
  },
});

Deno.test({
  name: "Python's csv finds the formulas of a dataset that is as typed",
  ignore: !hasPython(),
  async fn() {
    for (const text of ["x;=1", "x\t=1", "x\n=1", 'x;"=1', "\uff1d1", "x; =1", "-2+3"]) {
      const files = await filesOf("as-typed", [[text, text, text]], ["a", "b", "c"]);
      assert((await formulasIn(files) as unknown[]).length > 0, JSON.stringify(text));
    }
  },
});

for (const formulas of WAYS) {
  Deno.test(`${formulas}: readDataset() returns each text as it was flagged`, async () => {
    await fc.assert(
      fc.asyncProperty(rows, labels, async (values, [first, ...names]) => {
        const label = `=${first}`;
        const storage = new MemoryAdapter();
        await using logger = new CSVLogger({ storage, formulas, verbose: false });
        await logger.setup([label, ...names.map((name, i) => `${i}=${name}`)]);
        for (const row of values) {
          await logger.flag(row, expectedText(row[0]), expectedText(row[1]));
        }
        const read = await Array.fromAsync(
          readDataset(storage, "flagged/dataset1.csv", { formulas }),
        );
        const expected = values.map((row) => [...row, row[0], row[1]].map(expectedText));
        const cells = read.map((row, i) =>
          Object.values(row).slice(0, 5).map((cell, column) =>
            typeof values[i]![column] === "object" ? JSON.stringify(JSON.parse(cell)) : cell
          )
        );
        assertEquals(cells, expected);
        assertEquals(Object.keys(read[0]!)[0], label);
      }),
      { numRuns: 50 },
    );
  });
}

Deno.test("strict: JSON stays JSON of the same value, and its strings hold no formula", async () => {
  const storage = new MemoryAdapter();
  await using logger = new CSVLogger({ storage, formulas: "strict", verbose: false });
  await logger.setup(["object"]);
  const value = { note: "a;=1+1;b", "=k": ["=1", ";'@x", -5], "a;": -1e-7 };
  await logger.flag([value]);
  const [, [cell = ""] = []] = await Array.fromAsync(readRecords(storage, "flagged/dataset1.csv"));
  assertEquals(JSON.parse(cell), value);
  assert(cell.includes(String.raw`a;\u003d1+1;b`), cell);
  assert(cell.includes(String.raw`;'\u0040x`), cell);
});

Deno.test("strict: numbers stay numbers, except negative ones that begin a row", async () => {
  const storage = new MemoryAdapter();
  await using logger = new CSVLogger({ storage, formulas: "strict", verbose: false });
  await logger.setup(["first", "second", "text"]);
  await logger.flag([-2, -2, "-2"]);
  await logger.flag([2, 1e21, "2"]);
  const [, ...cells] = await Array.fromAsync(readRecords(storage, "flagged/dataset1.csv"));
  assertEquals(cells.map((row) => row.slice(0, 3)), [["'-2", "-2", "'-2"], ["2", "1e+21", "2"]]);
});

Deno.test("strict: the cell of a file is its path, whatever its name", async () => {
  const storage = new MemoryAdapter();
  await using logger = new CSVLogger({ storage, formulas: "strict", verbose: false });
  await logger.setup([file("=a;-b")]);
  for (const name of ["a;=1.png", "a, '@b.png", "x;\uff1d1", ";", "-5", "'=1"]) {
    await logger.flag([new File(["x"], name)]);
  }
  for await (const [path] of readRecords(storage, "flagged/dataset1.csv")) {
    if (path?.includes("/")) assert(await storage.stat(`flagged/${path}`), path);
  }
});

Deno.test("as-typed: texts stand in the file as they were typed", async () => {
  const storage = new MemoryAdapter();
  const logger = createLogger({ a: file(), b: { toCell: () => "=2" } }, {
    storage,
    formulas: "as-typed",
    timestamp: () => "=3",
  });
  await logger.flag({ a: null, b: 0 }, { flag: "=1", username: "'-5" });
  const [, cells] = await Array.fromAsync(readRecords(storage, "flagged/dataset1.csv"));
  assertEquals(cells, ["", "=2", "=1", "'-5", "=3"]);
});

Deno.test("gradio: numbers and JSON that Gradio escaped are read as themselves", async () => {
  const storage = new MemoryAdapter();
  const text = `a,b\r\n'-0.5678,'-1e-05\r\n"'[1,-2]",''-5\r\n`;
  await storage.write("dataset1.csv", new TextEncoder().encode(text));
  const read = await Array.fromAsync(readDataset(storage, "dataset1.csv"));
  assertEquals(read, [{ a: "-0.5678", b: "-1e-05" }, { a: "[1,-2]", b: "'-5" }]);
});

Deno.test("a logger and readDataset() refuse a way to write formulas that does not exist", async () => {
  const formulas = "stict" as Formulas;
  const said = 'Cannot use formulas: "stict": use "gradio", "strict" or "as-typed"';
  assertThrows(() => new CSVLogger({ formulas }), TypeError, said);
  const storage = new MemoryAdapter();
  await assertRejects(
    () => Array.fromAsync(readDataset(storage, "a.csv", { formulas })),
    TypeError,
    said,
  );
});
