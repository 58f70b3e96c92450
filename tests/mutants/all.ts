import { adapters } from "./_adapters.ts";
import { cells } from "./_cells.ts";
import { exactlyOnce } from "./_exactly_once.ts";
import { failures } from "./_failures.ts";
import { files } from "./_files.ts";
import { http } from "./_http.ts";
import { ids } from "./_ids.ts";
import { reading } from "./_reading.ts";
import { exportsAndUpkeep } from "./_exports_and_upkeep.ts";
import { review } from "./_review.ts";
import { tornRows } from "./_torn_rows.ts";
import { writers } from "./_writers.ts";
import type { Mutant } from "./mutant.ts";

/** All mutants, in the order of docs/guarantees.md. */
export const mutants: readonly Mutant[] = [
  ...exactlyOnce,
  ...failures,
  ...tornRows,
  ...files,
  ...writers,
  ...ids,
  ...http,
  ...cells,
  ...reading,
  ...exportsAndUpkeep,
  ...review,
  ...adapters,
];
