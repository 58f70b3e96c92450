// Creates and deletes objects in directories that other processes empty and create concurrently.
import { LocalFsAdapter } from "@flagstone/flagging";

const [root = "", name = "", rounds = "0", durable = ""] = Deno.args;
const storage = new LocalFsAdapter({ root, durable: durable === "durable" });
for (let round = 0; round < Number(rounds); round++) {
  const key = `d/e${round % 2}/f/${name}`;
  const body = new TextEncoder().encode(name);
  if (round % 3 === 0) await storage.append(key, body, { at: 0 });
  else await storage.write(key, body);
  if (await storage.stat(key) === null) throw new Error(`${key} is gone`);
  await storage.delete(key);
}
