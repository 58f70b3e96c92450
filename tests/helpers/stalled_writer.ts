// Begins to write an object from a stream that never ends, until it is killed.
import { LocalFsAdapter } from "@flagstone/flagging";

const [root = "", key = ""] = Deno.args;
let pulls = 0;
const body = new ReadableStream<Uint8Array>({
  pull(controller) {
    if (++pulls === 1) return controller.enqueue(new TextEncoder().encode("new, and half"));
    // The first bytes are staged: more are asked for.
    // deno-lint-ignore no-console -- reports that it may be killed
    console.log("staged");
    return new Promise((done) => setTimeout(done, 60_000));
  },
}, { highWaterMark: 0 });
await new LocalFsAdapter({ root }).write(key, body);
