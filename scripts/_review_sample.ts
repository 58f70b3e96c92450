// The rows of docs/review.png: pictures and chats of November 2026, and what two people say of them.
import { ChatCSVLogger, CSVLogger, file, type StorageAdapter } from "../mod.ts";
import { png, shapes } from "../examples/_png.ts";

const COLOURS = {
  red: [200, 56, 50],
  green: [64, 145, 90],
  blue: [46, 98, 170],
  yellow: [201, 162, 39],
} as const;
const PEOPLE = ["ada", "lin", "ada", "sam", null];
const FLAGS = ["wrong colour", "good", "wrong shape", "good", "good"];
const START = Date.UTC(2026, 10, 1, 8);
const HOUR = 3_600_000;

/** Flags pictures and a chat, `count` rows in all, at times that are the same in each run. */
export async function flagSamples(
  storage: StorageAdapter,
  { directory, count }: { readonly directory: string; readonly count: number },
): Promise<void> {
  let time = START;
  const quiet = { storage, verbose: false, now: () => time };
  const step = 24 * 24 * HOUR / count;
  await using chats = new ChatCSVLogger(quiet);
  await chats.setup(directory);
  await using pictures = new CSVLogger(quiet);
  await pictures.setup(["prompt", "seed", "model", file("picture")], directory);
  const names = Object.keys(COLOURS) as (keyof typeof COLOURS)[];
  const forms = Object.keys(shapes) as (keyof typeof shapes)[];
  for (let i = 0; i < count; i++) {
    time += step * (0.4 + ((i * 7919) % 13) / 10);
    if (i % 9 === 4) {
      await flagChat(chats);
      continue;
    }
    const [name, form] = [names[i % 4]!, forms[i % 3]!];
    const colour = COLOURS[FLAGS[i % 5] === "wrong colour" ? names[(i + 1) % 4]! : name];
    const picture = await png("picture.png", { shape: shapes[form], colour });
    const sample = [
      `a ${name} ${form}, soft light`,
      40 + i,
      i % 3 === 0 ? "small" : "large",
      picture,
    ];
    await pictures.flag(sample, FLAGS[i % 5], PEOPLE[i % 4] ?? null);
  }
}

async function flagChat(chats: ChatCSVLogger): Promise<void> {
  const messages = [
    { role: "user", content: "Which planet has the most moons?" },
    { role: "assistant", content: "Jupiter." },
    { role: "user", content: "Not Saturn?" },
    { role: "assistant", content: "Saturn, you are right: more than two hundred are known." },
  ];
  await chats.flag({ index: 1, value: "Jupiter.", liked: false }, messages);
}
