// Flags samples of an image model and of a chat into ./flagged, then prints the files and rows. A
// second run continues in the same files. On a terminal, it then serves a page with flag buttons.
//
//   deno task demo
//   deno task demo --serve --port 9000
//   deno task demo --no-serve
// deno-lint-ignore-file no-console -- a program that prints
import { parseArgs } from "node:util";
import { exists } from "@std/fs/exists";
import { ChatCSVLogger, CSVLogger, file, LocalFsAdapter, value } from "@flagstone/flagging";
import { readDataset } from "@flagstone/flagging/dataset";
import { type Colour, png, shapes } from "./_png.ts";
import { table, tree } from "./_show.ts";

const red: Colour = [200, 56, 50];
const green: Colour = [64, 145, 84];
const blue: Colour = [46, 98, 170];

/** The first version of the app: a sample is a prompt and the model's picture. */
async function firstApp(): Promise<void> {
  await using logger = new CSVLogger();
  await logger.setup([value("prompt"), file("picture")], "flagged");
  const circle = await png("circle.png", { shape: shapes.circle, colour: red });
  const square = await png("square.png", { shape: shapes.square, colour: blue });
  const triangle = await png("triangle.png", { shape: shapes.triangle, colour: red });
  await logger.flag(["a red circle", circle], "good", "ada");
  await logger.flag(['a circle, "blue as the sea"', square], "wrong shape", "ada");
  await logger.flag(["a green triangle", triangle], "wrong colour", "lin");
}

/** The second version: samples also have a seed, for which dataset1.csv has no column. */
async function appWithSeed(): Promise<void> {
  await using logger = new CSVLogger();
  await logger.setup([value("prompt"), file("picture"), value("seed")], "flagged");
  const triangle = await png("triangle.png", { shape: shapes.triangle, colour: green });
  const ring = await png("ring.png", { shape: shapes.ring, colour: blue });
  await logger.flag(["a green triangle", triangle, 42], "good", "lin");
  await logger.flag(["a ring\non the sea", ring, -7], "good", "ada");
}

/** A conversation with a model: the first answer is disliked, the second one is liked. */
async function chat(): Promise<void> {
  await using logger = new ChatCSVLogger();
  await logger.setup("flagged/chat");
  const messages = [
    { role: "user", content: "Which planet has the most moons?" },
    { role: "assistant", content: "Jupiter." },
    { role: "user", content: "Not Saturn?" },
    { role: "assistant", content: "Saturn, you are right: more than two hundred are known." },
  ];
  const [wrong, right] = [messages[1]!.content, messages[3]!.content];
  await logger.flag({ index: 1, value: wrong, liked: false }, messages.slice(0, 2));
  await logger.flag({ index: 3, value: right, liked: true }, messages);
}

const { values } = parseArgs({
  args: Deno.args,
  options: { serve: { type: "boolean" }, port: { type: "string" } },
  allowNegative: true,
});
const port = values.port === undefined ? undefined : Number(values.port);
if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
  console.error(`Cannot serve on port ${values.port}: pass --port with a number up to 65535`);
  Deno.exit(2);
}

// The first version does not run again after the app has changed.
if (!await exists("flagged/dataset1.csv")) await firstApp();
await appWithSeed();
await chat();

console.log("\nflagged/");
for (const line of await tree("flagged")) console.log(line);

const storage = new LocalFsAdapter({ root: "flagged" });
for (const key of ["dataset1.csv", "dataset2.csv", "chat/log.csv"]) {
  const rows = await Array.fromAsync(readDataset(storage, key));
  console.log(`\nflagged/${key}: ${rows.length} samples`);
  for (const line of table(rows)) console.log(line);
}

if (values.serve ?? Deno.stdout.isTerminal()) {
  const { serveDemo } = await import("./_demo_server.ts"); // the endpoint is loaded only if needed
  await serveDemo(port);
}
