import type { Formulas } from "../csv/formulas.ts";
import type { Command, Context } from "./command.ts";
import { EXIT } from "./exit.ts";
import { numberIn } from "./_rows.ts";
import { DATASET_FLAGS, datasetOf, need, sourceOf } from "./_source.ts";

const HOST = "127.0.0.1";

/** Serves the review page. */
export const command: Command = {
  summary: "serve a page on which to look at rows, judge them by keys and export them",
  usage: "[SOURCE]",
  flags: {
    port: { value: "N", help: "the port (default: 0, any free one)" },
    as: { value: "NAME", help: "the name under which verdicts are saved" },
    verdicts: { value: "DIR", help: "their directory in the same storage (default: verdicts)" },
    options: { value: "A,B", help: "the verdicts (default: confirmed,rejected,unclear)" },
    open: { help: "open the page in a browser" },
    ...DATASET_FLAGS,
  },
  example: "flagstone review ./flagged --as ada",
  async run(context) {
    const { args: [source = "./flagged"], flags, terminal, signal } = context;
    // A mistyped directory is an error here, and not an empty page in a browser.
    await datasetOf(source, context);
    const { storage, directory } = await sourceOf(source, context, { write: true });
    await need({ name: "net", host: HOST }, `--allow-net=${HOST}`);
    const { createReview, localAuthorize } = await import("../review/mod.ts");
    const access = localAuthorize({ username: flags.text("as") });
    const options = flags.list("options");
    const verdicts = flags.text("verdicts");
    await using review = createReview({
      storage,
      directory,
      authorize: access.authorize,
      ...(options === undefined ? {} : { options }),
      ...(verdicts === undefined ? {} : { verdicts: { directory: verdicts } }),
      datasetOptions: {
        columns: flags.list("columns"),
        formulas: flags.text("formulas") as Formulas | undefined,
      },
      onError: (error) => void terminal.say(String(error)),
    });
    const server = Deno.serve(
      { hostname: HOST, port: numberIn(context, "port", 0), signal, onListen: () => {} },
      (request) => review(request),
    );
    const url = access.url(`http://${HOST}:${server.addr.port}/`);
    await terminal.print(`${url}\n`);
    await terminal.say("Open this address. Ctrl-C ends the page.");
    if (flags.has("open")) await openBrowser(url, context);
    await server.finished;
    return signal.aborted ? EXIT.done : EXIT.findings;
  },
};

/** Opens an address in the browser of the system. */
async function openBrowser(url: string, { terminal }: Context): Promise<void> {
  const commands = { darwin: ["open"], windows: ["cmd", "/c", "start", ""] };
  const [program, ...args] = commands[Deno.build.os as keyof typeof commands] ?? ["xdg-open"];
  try {
    await need({ name: "run", command: program! }, `--allow-run=${program}`);
    new Deno.Command(program!, { args: [...args, url], stdout: "null", stderr: "null" }).spawn()
      .unref();
  } catch (error) {
    await terminal.say(`The browser was not opened: ${(error as Error).message}`);
  }
}
