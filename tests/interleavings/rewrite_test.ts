import { registerInterleavings } from "./_register.ts";

registerInterleavings(({ memory }) => memory.capabilities?.append === "none");
