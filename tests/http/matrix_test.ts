import { assertEquals } from "@std/assert";
import { MemoryAdapter } from "@flagstone/flagging";
import { handlerOn } from "../helpers/feedback_handler.ts";
import { allCases } from "../helpers/feedback_matrix.ts";
import { playCase } from "../helpers/feedback_play.ts";

const BASE = "http://app.example/feedback";

Deno.test("createFeedback() answers every request of the matrix, and saves the rows of those it accepts", async (t) => {
  const handler = handlerOn(new MemoryAdapter());
  for (const one of await allCases()) {
    await t.step(one.name, async () => {
      assertEquals(await playCase(handler, BASE, one), one.rows ?? 0);
    });
  }
});
