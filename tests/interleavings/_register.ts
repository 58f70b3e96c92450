// deno-lint-ignore-file no-console -- prints what was explored
import { assertEquals } from "@std/assert";
import { explore, repeat } from "./_explore.ts";
import { type Scenario, SCENARIOS } from "./_scenarios.ts";

// To repeat a schedule: FLAGSTONE_SCHEDULE="<scenario>: <numbers>" deno task test:interleavings
const asked = Deno.env.get("FLAGSTONE_SCHEDULE");

/** Registers a test for each of the scenarios that are chosen. */
export function registerInterleavings(isChosen: (scenario: Scenario) => boolean): void {
  for (const scenario of SCENARIOS) {
    const isAsked = asked === undefined || asked.startsWith(`${scenario.name}: `);
    if (isAsked && isChosen(scenario)) register(scenario);
  }
}

function register(scenario: Scenario): void {
  Deno.test(`every interleaving keeps the promise: ${scenario.name}`, async () => {
    if (asked !== undefined) {
      const run = await repeat(scenario, asked.slice(scenario.name.length + 2));
      console.log(run.steps.map((step, i) => `${i + 1}. ${step}`).join("\n"));
      return assertEquals(run.complaints, []);
    }
    const { schedules, states, broken } = await explore(scenario);
    console.log(`${scenario.name}: ${schedules} schedules, ${states} states`);
    if (broken === undefined) return;
    console.log(`FLAGSTONE_SCHEDULE="${scenario.name}: ${broken.schedule}"`);
    console.log(broken.run.steps.map((step, i) => `${i + 1}. ${step}`).join("\n"));
    assertEquals(broken.run.complaints, []);
  });
}
