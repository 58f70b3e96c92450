// Removes one person's rows after the other's from a dataset until it is killed, and prints each.
import { LocalFsAdapter } from "@flagstone/flagging";
import { withoutRows } from "./row_filter.ts";

const [root = "", key = "", first = "0"] = Deno.args;
const storage = new LocalFsAdapter({ root });
// deno-lint-ignore no-console -- the test kills it from then on
console.log("ready");
for (let person = Number(first);; person++) {
  const isTheirs = (record: string) => record.startsWith(`gone-${person},`);
  await storage.rewrite(key, () => withoutRows(isTheirs));
  // deno-lint-ignore no-console -- prints each person whose rows are removed
  console.log(person);
}
