// deno-lint-ignore-file no-console -- it replaces the console
/** Returns the lines that an action prints to stderr; `onLine` may throw, as a closed pipe does. */
export async function printedBy(
  action: () => Promise<unknown>,
  onLine: () => void = () => {},
): Promise<string[]> {
  const { error } = console;
  const printed: string[] = [];
  console.error = (...data: unknown[]) => {
    onLine();
    printed.push(data.join(" "));
  };
  try {
    await action();
  } finally {
    console.error = error;
  }
  return printed;
}
