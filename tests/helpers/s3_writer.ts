// Flags samples into a bucket until it is stopped, through the first endpoint that answers, and
// prints the acknowledged and the unknown ones: one of many writers, in a separate process.
import { CSVLogger, StorageError } from "@flagstone/flagging";
import { S3Adapter, type S3AdapterOptions } from "@flagstone/flagging/s3";

const [json = "{}", writer = "0", seconds = "10"] = Deno.args;
const { options, endpoints, segments } = JSON.parse(json) as {
  readonly options: S3AdapterOptions;
  readonly endpoints: readonly string[];
  readonly segments: boolean;
};

/** Sends a request to a gateway; if that cannot be reached, the next request goes to another. */
let current = Number(writer) % endpoints.length;
async function send(input: Request | URL | string, init?: RequestInit): Promise<Response> {
  try {
    return await fetch(input, init);
  } catch (error) {
    current = (current + 1) % endpoints.length;
    throw error;
  }
}

function adapterFor(endpoint: string): S3Adapter {
  return new S3Adapter({ ...options, endpoint, fetch: send });
}

const adapters = endpoints.map(adapterFor);
const loggers = await Promise.all(adapters.map(async (storage) => {
  const logger = new CSVLogger({ storage, segments, verbose: false });
  await logger.setup(["id", "text"], "flagged");
  return logger;
}));

const acknowledged: string[] = [];
const unknown: string[] = [];
const errors: string[] = [];
const until = Date.now() + Number(seconds) * 1000;
for (let n = 0; Date.now() < until; n++) {
  const id = `${writer}-${n}`;
  try {
    await loggers[current]!.flag([id, `text of "${id}",\r\nin two lines`], "wrong", writer);
    acknowledged.push(id);
  } catch (error) {
    const outcome = error instanceof StorageError ? error.outcome : undefined;
    if (outcome === "unknown") unknown.push(id);
    errors.push(`${id}: ${outcome}: ${error}`);
  }
}
// deno-lint-ignore no-console -- how its result reaches the test
console.log(JSON.stringify({ acknowledged, unknown, errors: errors.slice(0, 20) }));
