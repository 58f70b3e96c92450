import { stringify as s } from "npm:deno-std@1.3.0/csv/stringify.js";
export const stringify: (rows: readonly (readonly unknown[])[]) => string = s;
