// What a process costs that imports the package.
import { CSVLogger } from "@flagstone/flagging";

if (typeof CSVLogger !== "function") throw new Error("Cannot import the package");
