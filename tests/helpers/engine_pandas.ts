import type { ColumnProfile } from "./engine_profile.ts";
import { TempDir } from "./temp_dir.ts";

/** Runs a program that leaves its table in `rows`, and prints what is asked of it. */
const DRIVER = `
import hashlib, json, sys
what, path = sys.argv[1:]
exec(open(path, encoding="utf-8").read())

def profile(column):
    found = column[column.notna()]
    total = 0
    for value, count in found.value_counts().items():
        total += int(hashlib.md5(value.encode("utf-8")).hexdigest()[:8], 16) * count
    return {"texts": len(found), "nulls": len(column) - len(found), "hash": int(total)}

if what == "rows":
    print(json.dumps(rows.astype(object).where(rows.notna(), None).values.tolist()))
else:
    print(json.dumps([profile(rows.iloc[:, i]) for i in range(rows.shape[1])]))
`;

let found: string | null | undefined;

/** Returns a Python that has pandas; `null` if none has. */
export function pythonWithPandas(): string | null {
  return found ??= ["python3", "/usr/bin/python3"].find((python) => {
    try {
      return new Deno.Command(python, { args: ["-c", "import pandas"] }).outputSync().success;
    } catch {
      return false;
    }
  }) ?? null;
}

/** Runs a program of pandas, and returns its rows or a profile of each column. */
export async function runPandas(what: "rows", program: string): Promise<(string | null)[][]>;
export async function runPandas(what: "profile", program: string): Promise<ColumnProfile[]>;
export async function runPandas(what: string, program: string): Promise<unknown> {
  await using dir = new TempDir();
  await Deno.writeTextFile(`${dir.path}/program.py`, program);
  const { success, stdout, stderr } = await new Deno.Command(pythonWithPandas()!, {
    args: ["-c", DRIVER, what, `${dir.path}/program.py`],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}
