import { assertEquals } from "@std/assert";
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import { openDataset } from "../../src/reader/mod.ts";
import { repair } from "../../src/upkeep/mod.ts";
import { at, put, textsOf } from "../helpers/dataset_files.ts";
import { keysOf, textOf } from "../helpers/dataset_check.ts";
import { dyingAt } from "../helpers/dying_storage.ts";
import { STORES } from "../helpers/stores.ts";

const WHOLE = `a,timestamp\r\n1,${at(1)}\r\n2,${at(2)}\r\n`;
const ENDS: Readonly<Record<string, readonly [end: string, kind: string, rows: string]>> = {
  "half a row": ["3 half", "aside", "1 2"],
  "quotes that never close": ['3,"half\r\nmore\r\n', "aside", "1 2"],
  "a row without its line ending": [`3,${at(3)}`, "line-end", "1 2 3"],
  "a stray quote before whole rows": [
    `3,"x,${at(3)}\r\n4,${at(4)}\r\n5,${at(5)}\r\n`,
    "aside",
    "1 2 4 5",
  ],
};

for (const [name, store] of Object.entries(STORES)) {
  for (const [what, [end, kind, rows]] of Object.entries(ENDS)) {
    Deno.test(`repair() mends ${what}, and loses no byte: ${name}`, async () => {
      await using there = store();
      const { storage } = there;
      await put(storage, { "dataset1.csv": WHOLE + end, "dataset2.csv": WHOLE });
      const planned = await repair(storage, "");
      assertEquals(planned.map(({ key, kind }) => [key, kind]), [["dataset1.csv", kind]]);
      assertEquals(await textOf(storage, "dataset1.csv"), WHOLE + end);
      await repair(storage, "", { apply: true });
      assertEquals(await repair(storage, "", { apply: true }), []);
      const dataset = await openDataset(storage, "", { files: ["dataset1.csv"] });
      assertEquals(await textsOf(dataset, "a"), rows);
      const all = await Promise.all((await keysOf(storage)).map((key) => textOf(storage, key)));
      assertEquals(all.join("").includes(end.slice(0, 6)), true);
      assertEquals((await keysOf(storage)).length, kind === "aside" ? 3 : 2);
      await using logger = new CSVLogger({ storage, verbose: false });
      await logger.setup(["a"], "");
      await logger.flag(["new"]);
    });
  }
}

Deno.test("repair() can be repeated after it was killed at any call", async () => {
  for (const [name, store] of Object.entries(STORES)) {
    for (const after of [false, true]) {
      for (let n = 1;; n++) {
        await using there = store();
        await put(there.storage, { "dataset1.csv": `${WHOLE}3 half` });
        const dying = dyingAt(there.storage, n, { after });
        await repair(dying.storage, "", { apply: true }).catch(() => {});
        await there.storage.delete("maintenance.lock"); // of the killed process
        await repair(there.storage, "", { apply: true });
        assertEquals(await textOf(there.storage, "dataset1.csv"), WHOLE, `${name}, call ${n}`);
        const [aside] = (await keysOf(there.storage)).filter((key) => key.includes(".torn-"));
        assertEquals(await textOf(there.storage, aside!), "3 half");
        if (!dying.isDead()) break;
      }
    }
  }
});
