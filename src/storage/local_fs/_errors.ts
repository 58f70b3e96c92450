import { type Attempt, fail } from "../kit/fail.ts";
import { isStorageError, type Outcome, type StorageError } from "../storage_error.ts";
import type { StorageErrorCode } from "../storage_error.ts";

/** The system's codes, by what they mean here. */
const CODES: readonly (readonly [code: StorageErrorCode, systemCodes: string, hint: string])[] = [
  ["PermissionDenied", "EACCES EPERM EROFS", "check owner and mode"],
  ["NoSpace", "ENOSPC EDQUOT EFBIG", "free space on the disk"],
  ["Unavailable", "EMFILE ENFILE ENOENT", "too many files are open, or a directory was removed"],
  ["Conflict", "EEXIST ENOTDIR EISDIR ENOTEMPTY", "another key needs this name"],
  ["Misconfigured", "ENOSYS ENOTSUP EOPNOTSUPP ENOLCK", "its file system lacks this: use another"],
  ["InvalidKey", "ENAMETOOLONG", "use a shorter label or root"],
];

/** Codes that Deno reports by their number only. */
const NUMBERS: Readonly<Record<string, string>> = {
  27: "EFBIG",
  28: "ENOSPC",
  37: "ENOLCK",
  38: "ENOSYS",
  95: "EOPNOTSUPP",
  122: "EDQUOT",
};

/** The system's own code of an error, such as `"ENOSPC"`. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, message } = error as Error & { code?: string };
  return code ?? NUMBERS[/\(os error (\d+)\)$/.exec(message)?.[1] ?? ""];
}

/** The `StorageError` for an error of the file system, which happened at a path. */
export function fsError(
  error: unknown,
  attempt: Attempt,
  path: string,
  outcome?: Outcome,
): StorageError {
  if (isStorageError(error)) return error;
  const said = error instanceof Error ? error.message : String(error);
  const system = systemCode(error) ?? "";
  const [code = "Unknown", , hint = "see the cause"] =
    CODES.find(([, systemCodes]) => systemCodes.split(" ").includes(system)) ?? [];
  const why = `${JSON.stringify(path)} gives ${said}: ${hint}`;
  return fail(attempt, { code, why, outcome, cause: error });
}
