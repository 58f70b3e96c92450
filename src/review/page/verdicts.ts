import type { About, Row, Sample } from "./api.ts";
import type { List } from "./list.ts";
import type { Letter, Outbox } from "./outbox.ts";

type Said = Pick<Letter, "column" | "flag" | "correction" | "comment">;

interface Done {
  readonly row: Row;
  readonly before: Said;
}

/** What the person says, and takes back. */
export class Judging {
  readonly #list: List;
  readonly #outbox: Outbox;
  readonly #about: About;
  readonly #done: Done[] = [];

  constructor(list: List, outbox: Outbox, about: About) {
    this.#list = list;
    this.#outbox = outbox;
    this.#about = about;
  }

  /** Says one of the options, and goes on to the next row. */
  judge(number: number): void {
    const row = this.#list.chosen;
    const flag = this.#about.options[number - 1];
    if (row === null || flag === undefined) return;
    this.#say(row, { column: "", correction: "", comment: row.own.comment, flag });
    this.#list.move(1);
  }

  comment(row: Row, comment: string): void {
    const now = this.#current(row);
    this.#say(now, { column: "", correction: "", comment, flag: now.own.flag });
  }

  correct(row: Row, sample: Sample, { column, text }: { column: string; text: string }): void {
    const own = sample.verdicts.find((one) =>
      one.column === column && one.username === this.#about.username
    );
    const before = { column, flag: "", comment: "", correction: own?.correction ?? "" };
    this.#done.push({ row, before });
    this.#send(row, { ...before, correction: text });
  }

  /** Puts back what stood before the last thing that was said: nothing, or the person's earlier verdict. */
  undo(): string {
    const last = this.#done.pop();
    if (last === undefined) return "Nothing to undo";
    this.#send(last.row, last.before);
    this.#list.chooseRow(last.row.rowId);
    return "Undone";
  }

  #current(row: Row): Row {
    return this.#list.rows.find(({ rowId }) => rowId === row.rowId) ?? row;
  }

  #say(row: Row, said: Said): void {
    const { flag, comment } = row.own;
    this.#done.push({ row, before: { column: "", correction: "", comment, flag } });
    this.#send(row, said);
  }

  #send(row: Row, said: Said): void {
    const { rowId, key, start } = row;
    if (said.column === "") {
      const { flag, comment } = said;
      this.#list.replace(
        rowId,
        (one) => ({ ...one, own: { flag, comment }, state: flag || "open" }),
      );
    }
    this.#outbox.add({ rowId, key, start, ...said });
  }
}
