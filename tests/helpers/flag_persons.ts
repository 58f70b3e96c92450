// Flags rows of two persons until it is killed, and prints each that is saved.
import { CSVLogger } from "@flagstone/flagging";

const [path = "", name = ""] = Deno.args;
await using logger = new CSVLogger({ verbose: false });
await logger.setup(["text"], path);
for (let i = 0;; i++) {
  const username = i % 4 === 0 ? "gone" : "here";
  const text = `${username}-${name}-${i}`;
  await logger.flag([text], "good", username);
  // deno-lint-ignore no-console -- the test reads what was saved
  console.log(text);
  await new Promise((done) => setTimeout(done, 4));
}
