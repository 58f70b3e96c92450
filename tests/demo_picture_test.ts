import { assert, assertEquals } from "@std/assert";
import { hashIn, PICTURE, sourcesHash, withHash } from "../scripts/_demo_sources.ts";

Deno.test("docs/demo.png shows the current page", async () => {
  const picture = await Deno.readFile(PICTURE);
  assertEquals(
    hashIn(picture),
    await sourcesHash(),
    "The demo has changed since its picture was taken: run `deno task demo:picture`, and look at it",
  );
  assert(picture.length <= 300_000, `The picture has ${picture.length} bytes`);
});

Deno.test("the hash in a picture is found, and another one differs", async () => {
  const picture = await Deno.readFile(PICTURE);
  assertEquals(hashIn(withHash(picture, "another")), "another");
  assertEquals(hashIn(picture.slice(0, 33)), undefined);
});
