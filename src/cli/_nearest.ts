/** Returns the name that is most like a mistyped one, if one is like it. */
export function nearest(typed: string, names: readonly string[]): string | undefined {
  const found = names.map((name) => ({ name, distance: distance(typed, name) }))
    .sort((a, b) => a.distance - b.distance)[0];
  return found !== undefined && found.distance <= Math.ceil(typed.length / 3)
    ? found.name
    : undefined;
}

/** The number of letters to add, remove or replace. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(
        Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)),
      );
    }
    row = next;
  }
  return row.at(-1)!;
}
