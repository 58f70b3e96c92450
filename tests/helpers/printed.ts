// deno-lint-ignore-file no-console -- what it catches
/** What an action prints, line by line. */
export async function printedBy(action: () => Promise<unknown>): Promise<string[]> {
  const { error } = console;
  const printed: string[] = [];
  console.error = (...data: unknown[]) => printed.push(data.join(" "));
  try {
    await action();
  } finally {
    console.error = error;
  }
  return printed;
}
