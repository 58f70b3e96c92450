// A custom callback that turns samples into issues of a tracker. The tracker is a function here; in an
// app it would be a fetch() of a webhook.
// deno-lint-ignore-file no-console -- a program that prints
import { type Components, FlaggingCallback, flagMethods, type Sample } from "@flagstone/flagging";

/** Sends one issue as a line of JSON; rejects if the tracker did not accept it. */
type Post = (line: string) => Promise<void>;

/** Posts each sample as a line of JSON: the values by their labels, the option and the user. */
class IssueCallback extends FlaggingCallback {
  readonly #post: Post;
  #labels: string[] = [];
  #total = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(post: Post) {
    super();
    this.#post = post;
  }

  setup(components: Components): Promise<void> {
    this.#labels = components.map((component, i) => {
      const label = typeof component === "string" ? component : component?.label;
      return label ?? `component ${i}`;
    });
    return Promise.resolve();
  }

  async flag(data: Sample, flag?: string | null, username?: string | null): Promise<number> {
    const values = Object.fromEntries(this.#labels.map((label, i) => [label, data[i]]));
    const line = JSON.stringify({ ...values, flag, username });
    const posted = this.#last.then(() => this.#post(line)); // one at a time, in order
    this.#last = posted.catch(() => {});
    await posted; // if post() rejects, so does flag(): the sample was not kept
    return ++this.#total;
  }

  override flush(): Promise<void> {
    return this.#last;
  }
}

const issues: string[] = [];

async function tracker(line: string): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 10));
  if (line.includes("secret")) throw new Error("The tracker does not accept secrets");
  issues.push(line);
}

await using callback = new IssueCallback(tracker);
await callback.setup(["question", "answer"]);

// Buttons work with every callback.
const [wrong, rude] = flagMethods(callback, ["wrong", ["Rude!", "rude"]]);
const updates = await Promise.all([
  wrong!.call({ username: "ada" }, "2 + 2?", "5"),
  rude!.call({ username: "lin" }, "Who are you?", "Who wants to know?"),
  wrong!.call({}, "What is the password?", "a secret"),
]);
for (const { value } of updates) console.log(`The button shows: ${value}`);
console.log(`\nThe tracker has:\n${issues.join("\n")}`);
