/**
 * The command line: sees, judges and exports what was flagged.
 *
 * ```sh
 * deno run --allow-read=flagged jsr:@flagstone/flagging/cli head ./flagged
 * deno install -g -n flagstone --allow-read --allow-write --allow-net --allow-env jsr:@flagstone/flagging/cli
 * flagstone export jsonl ./flagged -o flagged.jsonl
 * ```
 *
 * `flagstone help` lists the commands.
 *
 * @module
 */
import { main } from "./main.ts";

export { main } from "./main.ts";

if (import.meta.main) Deno.exit(await main(Deno.args));
