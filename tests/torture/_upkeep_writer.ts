// Flags rows of two persons until it is killed, and prints each that is saved.
import { CSVLogger } from "../../src/loggers/csv_logger.ts";
import { openPlace } from "./_upkeep_place.ts";

const [place = "{}", name = "", segments = ""] = Deno.args;
const storage = openPlace(JSON.parse(place));
const options = {
  storage,
  verbose: false,
  segments: segments === "segments",
  maxPartBytes: 20_000,
};
await using logger = new CSVLogger(options);
await logger.setup(["text"], "f");
for (let i = 0;; i++) {
  const username = i % 4 === 0 ? "gone" : "here";
  const text = `${username}-${name}-${i}`;
  await logger.flag([text], "good", username);
  // deno-lint-ignore no-console -- the torture reads what was saved
  console.log(text);
  await new Promise((done) => setTimeout(done, 60));
}
