import { type Answer, type Bar, isMet, type Question, type Table } from "./_question.ts";

/** The machine that the figures were measured on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly system: string;
  readonly deno: string;
}

/** The machine that this process runs on. */
export function thisMachine(): Machine {
  return {
    cpu: cpuModel() ?? Deno.build.arch,
    cores: navigator.hardwareConcurrency,
    system: `${Deno.build.os} ${Deno.osRelease()}`,
    deno: Deno.version.deno,
  };
}

function cpuModel(): string | undefined {
  try {
    return /^model name\s*:\s*(.+)$/m.exec(Deno.readTextFileSync("/proc/cpuinfo"))?.[1];
  } catch {
    return undefined;
  }
}

/** Formats a figure with its significant digits; rows and bytes whole. */
export function shown(value: string | number): string {
  if (typeof value === "string") return value;
  if (Number.isNaN(value)) return "-";
  if (Number.isInteger(value)) return value.toLocaleString("en-US").replaceAll(",", " ");
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return digits === 0 ? shown(Math.round(value)) : value.toFixed(digits);
}

function lines({ columns, rows }: Table): string[] {
  const cells = [columns, ...rows.map((row) => row.map(shown))];
  const widths = columns.map((_, i) => Math.max(...cells.map((row) => (row[i] ?? "").length)));
  const texts = columns.map((_, i) => rows.every((row) => typeof row[i] === "string"));
  return cells.map((row) =>
    row.map((cell, i) => texts[i] ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)).join("  ")
      .trimEnd()
  );
}

function barLine(bar: Bar): string {
  const { what, measured, limit, unit, must } = bar;
  const verdict = isMet(bar) ? "met   " : "MISSED";
  return `${verdict}  ${what}: ${shown(measured)} ${unit} (must be ${must} ${
    shown(limit)
  } ${unit})`;
}

/** A question and its answer, for a terminal. */
export function report({ name, asks }: Question, { tables, bars, notes }: Answer): string {
  const parts = [
    [`${name}: ${asks}`],
    ...tables.map((table) => lines(table).map((line) => `  ${line}`)),
    bars.map((bar) => `  ${barLine(bar)}`),
    notes.map((note) => `  - ${note}`),
  ];
  return parts.filter((part) => part.length > 0).map((part) => part.join("\n")).join("\n\n");
}

/** How many bars were met, and which were not. */
export function summary(bars: readonly Bar[]): string {
  const missed = bars.filter((bar) => !isMet(bar));
  const first = `${bars.length - missed.length} of ${bars.length} bars met`;
  return [first, ...missed.map(barLine)].join("\n");
}
