import { assertEquals } from "@std/assert";
import { MemoryAdapter } from "@flagstone/flagging";
import { handlerOn } from "./_handler.ts";
import { allCases } from "./_matrix.ts";
import { playCase } from "./_play.ts";

const BASE = "http://app.example/feedback";

Deno.test("createFeedback() answers every request of the matrix, and saves the rows of those it accepts", async (t) => {
  const handler = handlerOn(new MemoryAdapter());
  for (const one of await allCases()) {
    await t.step(one.name, async () => {
      assertEquals(await playCase(handler, BASE, one), one.rows ?? 0);
    });
  }
});
