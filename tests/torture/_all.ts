import type { Torture } from "./_verdict.ts";
import { crowd } from "./crowd.ts";
import { flood } from "./flood.ts";
import { fuzzers } from "./fuzz.ts";
import { fullDisk } from "./full_disk.ts";
import { kills } from "./kills.ts";
import { meddlers } from "./meddlers.ts";
import { models } from "./model.ts";
import { network } from "./network.ts";
import { retention } from "./retention.ts";
import { sideBySide } from "./side_by_side.ts";
import { upkeep } from "./upkeep.ts";
import { weather } from "./weather.ts";

/** Every torture, in the order in which they run. */
export const TORTURES: readonly Torture[] = [
  crowd,
  kills,
  fullDisk,
  meddlers,
  flood,
  sideBySide,
  weather,
  network,
  retention,
  upkeep,
  ...models,
  ...fuzzers,
];
