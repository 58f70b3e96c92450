import { verifyDeviated, verifyTable } from "./_deviate.ts";
import { expectationOf, verify, verifyAlways } from "./_expectation.ts";
import { readScenarios } from "./_goldens.ts";
import { play } from "./_play.ts";
import { STAGES } from "./_stage.ts";

const scenarios = readScenarios();

for (const scenario of scenarios) {
  for (const [adapter, open] of Object.entries(STAGES)) {
    Deno.test(`scenario ${scenario.name} on ${adapter}: ${scenario.description}`, async () => {
      await using stage = open();
      const played = await play(scenario, stage);
      verifyAlways(played);
      verifyDeviated("scenarios", expectationOf(scenario), (expectation) => {
        verify(expectation, played, stage.flaggingDir);
      });
    });
  }
}

Deno.test("every deviation for scenarios is needed", () => {
  verifyTable("scenarios", scenarios.map(expectationOf));
});
