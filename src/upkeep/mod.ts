/** Keeps datasets in order: what the maintenance commands of the command line do. @module */
export { check, type CheckOptions, type Comparison } from "./check.ts";
export { type Copied, copy, type CopyOptions, type Place } from "./copy.ts";
export { importGradio, type ImportOptions, type ImportReport } from "./import_gradio.ts";
export { MaintenanceRunningError } from "./maintenance_lock.ts";
export { purge, type PurgeOptions, type PurgeReport, type PurgeTarget } from "./purge.ts";
export { type Repair, repair, type RepairOptions } from "./repair.ts";
export { type Finding, verify, type VerifyOptions } from "./verify.ts";
