import type {
  CheckOptions,
  ObjectVersion,
  Precondition,
  StorageAdapter,
} from "../storage_adapter.ts";
import { hasCode } from "../storage_error.ts";
import { fail } from "./fail.ts";

/** A version that no object has. */
export const NO_VERSION = "00000000000000000000000000000000" as ObjectVersion;

const TEXT = "This object shows Flagstone that the store honours conditional writes.\n";

/**
 * Checks by two conditional writes at once that a store refuses what it must refuse: to create an
 * object that exists, and to replace one under a version that it does not have. The first check
 * creates the object and sends a third write; the object stays, so that later ones need not.
 *
 * @throws {StorageError} `Misconfigured` if the store accepts one of them
 */
export async function checkConditions(
  adapter: StorageAdapter,
  { prefix = "", signal }: CheckOptions,
): Promise<void> {
  // Two keys: R2 allows one write a second of one key.
  const created = `${prefix}flagstone-check`;
  const swapped = `${created}-swap`;
  const isAccepted = async (key: string, precondition: Precondition): Promise<boolean> => {
    try {
      await adapter.write(key, new TextEncoder().encode(TEXT), { precondition, signal });
      return true;
    } catch (error) {
      // Without the right to list, S3 does not tell that an object is missing.
      const isHidden = precondition !== "absent" && hasCode(error, "PermissionDenied");
      if (isHidden || hasCode(error, "Conflict")) return false;
      throw error;
    }
  };
  const [isNew, isSwapped] = await Promise.all([
    isAccepted(created, "absent"),
    isAccepted(swapped, { version: NO_VERSION }),
  ]);
  if (!isSwapped && !(isNew && await isAccepted(created, "absent"))) return;
  throw fail({ adapter: adapter.name, operation: "use the storage" }, {
    code: "Misconfigured",
    why: "it accepted a conditional write that it must refuse " +
      `(${isSwapped ? "If-Match" : "If-None-Match: *"}), and would lose samples`,
  });
}
