import { assertEquals } from "@std/assert";
import { MemoryAdapter } from "../src/storage/memory_adapter.ts";
import { Ledger, type RowForm } from "./torture/_ledger.ts";
import type { Counts } from "./torture/_verdict.ts";

const FORM: RowForm = { labels: ["id", "text"], length: 1 };
const OTHER: RowForm = { labels: ["other id", "other text"], length: 1 };
const STAMP = "2026-01-31 12:34:56.789012";
const GOOD = `id,text,timestamp\r\na-0,.,${STAMP}\r\na-1,.,${STAMP}\r\n`;

/** Datasets in which `a-0` and `a-1` were acknowledged, `a-2` refused, and the ledger's counts. */
const DATASETS: Readonly<Record<string, readonly [text: string, counts: Partial<Counts>]>> = {
  "a good one": [GOOD, { found: 2 }],
  "a row without an answer": [`${GOOD}a-3,.,${STAMP}\r\n`, { found: 2, unknownLanded: 1 }],
  "a lost row": [GOOD.replace(`a-1,.,${STAMP}\r\n`, ""), { found: 1, lost: 1 }],
  "a row twice": [`${GOOD}a-1,.,${STAMP}\r\n`, { found: 2, doubled: 1 }],
  "a torn row": [`${GOOD}a-3,.\r\n`, { found: 2, torn: 1, unknownLanded: 1 }],
  "a row of no writer": [`${GOOD}b-1,.,${STAMP}\r\n`, { found: 2, torn: 1 }],
  "another text": [GOOD.replace("a-1,.", "a-1,x"), { found: 2, torn: 1 }],
  "another timestamp": [GOOD.replace(`a-1,.,${STAMP}`, "a-1,.,2026"), { found: 2, torn: 1 }],
  "a second header": [`${GOOD}id,text,timestamp\r\n`, { found: 2, misplaced: 1 }],
  "a row under foreign headers": [
    `${GOOD}other-1,.,${STAMP}\r\n`,
    { found: 2, misplaced: 1, unknownLanded: 1 },
  ],
  "no header": [GOOD.replace("id,text,timestamp\r\n", ""), { lost: 2, torn: 1 }],
  "nothing at all": ["", { lost: 2, torn: 1 }],
};

Deno.test("Ledger finds each way to break the promise", async (t) => {
  for (const [name, [text, counts]] of Object.entries(DATASETS)) {
    await t.step(name, async () => {
      const storage = new MemoryAdapter();
      await storage.write("dataset1.csv", new TextEncoder().encode(text));
      const ledger = new Ledger();
      ledger.expect("a", FORM);
      ledger.expect("other", OTHER);
      ["a-0", "a-1"].forEach((id, i) => ledger.tell(id, { count: i + 1 }));
      ledger.tell("a-2", "refused");
      const judgement = await ledger.judge([{ storage }]);
      const none = { found: 0, lost: 0, doubled: 0, torn: 0, misplaced: 0, unknownLanded: 0 };
      assertEquals(judgement.counts, { acknowledged: 2, ...none, ...counts });
    });
  }
});

Deno.test("Ledger finds a row that was refused", async () => {
  const storage = new MemoryAdapter();
  await storage.write("dataset1.csv", new TextEncoder().encode(GOOD));
  const ledger = new Ledger();
  ledger.expect("a", FORM);
  ledger.tell("a-0", "refused");
  assertEquals((await ledger.judge([{ storage }])).broken, [
    "a-0: refused, and there, in dataset1.csv",
  ]);
});

Deno.test("Ledger finds a count that is not the row's place", async () => {
  const storage = new MemoryAdapter();
  await storage.write("dataset1.csv", new TextEncoder().encode(GOOD));
  const ledger = new Ledger();
  ledger.expect("a", FORM);
  ledger.tell("a-1", { count: 1 });
  const { broken } = await ledger.judge([{ storage }]);
  assertEquals(broken, ["dataset1.csv, row 2: the writer of a-1 got the count 1"]);
  const excused = await ledger.judge([{ storage }], { mayMiscount: true });
  assertEquals(excused.broken, []);
});

Deno.test("Ledger excuses a row that may be cut short only at the end of a file", async () => {
  const tornIn = async (text: string, mayBeCut: boolean): Promise<number> => {
    const storage = new MemoryAdapter();
    await storage.write("dataset1.csv", new TextEncoder().encode(text));
    const ledger = new Ledger();
    ledger.expect("a", FORM);
    return (await ledger.judge([{ storage }], { mayBeCut: () => mayBeCut })).counts.torn;
  };
  assertEquals(await tornIn(`${GOOD}a-3,"\r\nx`, true), 0);
  assertEquals(await tornIn(`${GOOD}a-3,"\r\nx`, false), 2); // the quotes, and the row
  assertEquals(await tornIn(`${GOOD}a-3,.\r\na-4,.,${STAMP}\r\n`, true), 1);
});
