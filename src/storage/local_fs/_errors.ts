import { type Attempt, fail, type Failure } from "../kit/fail.ts";
import { type Outcome, StorageError, type StorageErrorCode } from "../storage_error.ts";

const DENIED = "the file system does not permit it: check owner and mode";

const CODES: Readonly<Record<string, [StorageErrorCode, string]>> = {
  EACCES: ["PermissionDenied", DENIED],
  EPERM: ["PermissionDenied", DENIED],
  EROFS: ["PermissionDenied", "the file system is read-only"],
  ENOSPC: ["NoSpace", "no space is left on the disk"],
  EDQUOT: ["NoSpace", "the disk quota is used up"],
  EFBIG: ["NoSpace", "the file would exceed the largest size allowed"],
  EMFILE: ["Unavailable", "too many files are open"],
  ENFILE: ["Unavailable", "too many files are open"],
  ENOENT: ["Unavailable", "its directory was removed meanwhile"],
  EEXIST: ["Conflict", "it exists"],
  ENOTDIR: ["Conflict", 'a part of the key before a "/" is an object'],
  EISDIR: ["Conflict", "other keys have it as a directory"],
  ENOTEMPTY: ["Conflict", "other keys have it as a directory"],
  ENAMETOOLONG: ["InvalidKey", "the path is too long for the file system"],
};

/** Codes that Deno tells by their number alone. */
const NUMBERS: Readonly<Record<string, string>> = { 27: "EFBIG", 28: "ENOSPC", 122: "EDQUOT" };

/** The system's own code of an error, such as `"ENOSPC"`. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, message } = error as Error & { code?: string };
  return code ?? NUMBERS[/\(os error (\d+)\)$/.exec(message)?.[1] ?? ""];
}

function failureOf(error: unknown, path: string): Pick<Failure, "code" | "why"> {
  if (error instanceof Deno.errors.NotCapable) {
    return {
      code: "PermissionDenied",
      why: `Deno has no permission: ${error.message}`,
    };
  }
  const code = systemCode(error);
  const known = code === undefined ? undefined : CODES[code];
  if (known !== undefined) {
    return { code: known[0], why: `${known[1]} (${code}, ${JSON.stringify(path)})` };
  }
  return {
    code: "Unknown",
    why: error instanceof Error ? error.message : String(error),
  };
}

/** The `StorageError` for an error of the file system, which happened at a path. */
export function fsError(
  error: unknown,
  attempt: Attempt,
  path: string,
  outcome?: Outcome,
): StorageError {
  if (error instanceof StorageError) return error;
  return fail(attempt, { ...failureOf(error, path), outcome, cause: error });
}
