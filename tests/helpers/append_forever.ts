// Appends to one object until it is killed, and prints the size after each append.
import { LocalFsAdapter } from "@flagstone/flagging";
import { patternAt } from "./pattern.ts";

const [root = "", key = "", longest = "1"] = Deno.args;
const storage = new LocalFsAdapter({ root });
let at = (await storage.stat(key))?.size ?? 0;
while (true) {
  const length = 1 + Math.floor(Math.random() * Number(longest));
  const { size } = await storage.append(key, patternAt(at, length), { at });
  at = size;
  // deno-lint-ignore no-console -- prints the acknowledged appends
  console.log(at);
}
