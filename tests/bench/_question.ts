/** Options of a bench. */
export interface BenchOptions {
  /** Whether to take only seconds: smaller datasets, fewer rounds, rough figures. */
  readonly quick: boolean;
}

/** A limit for a figure, and the measured figure. */
export interface Bar {
  readonly what: string;
  readonly measured: number;
  readonly limit: number;
  readonly unit: string;
  /** Whether a figure must be at most the limit, or at least. */
  readonly must: "at most" | "at least";
}

/** Figures under their headings; the first cell of a row names it. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** The answer to a question. */
export interface Answer {
  readonly tables: readonly Table[];
  readonly bars: readonly Bar[];
  /** Remarks that a reader needs to judge the figures. */
  readonly notes: readonly string[];
}

/** A question that a bench answers. */
export interface Question {
  /** The word that picks it on the command line. */
  readonly name: string;
  readonly asks: string;
  answer(options: BenchOptions): Promise<Answer>;
}

/** Whether a figure is on the right side of its bar. */
export function isMet({ measured, limit, must }: Bar): boolean {
  return must === "at most" ? measured <= limit : measured >= limit;
}
