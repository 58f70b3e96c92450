import { concat } from "@std/bytes/concat";
import { encodeRow } from "../../csv/encode.ts";
import { RecordSplitter } from "../../csv/record_splitter.ts";
import type {
  ObjectInfo,
  ObjectVersion,
  ReadResult,
  StorageAdapter,
  WriteBody,
} from "../../storage/storage_adapter.ts";
import { isUnknown } from "../../storage/outcome.ts";
import { hasCode, isTransient, type StorageError } from "../../storage/storage_error.ts";
import { batchesOf } from "./_batches.ts";
import type { Added, Base, PartRead, PartWriter } from "./_part_writer.ts";
import {
  advance,
  type Boundary,
  decodeAny,
  decodeBytes,
  EMPTY,
  type Found,
  resumeOffset,
  scanFrom,
} from "./boundary.ts";
import { NotTakenError } from "./not_taken_error.ts";
import type { Backoff } from "../../storage/kit/backoff.ts";
import { fail } from "../../storage/kit/fail.ts";
import { asideKey, writeAside } from "./aside.ts";
import { PART } from "./part_keys.ts";
import type { KnownIds } from "./_known_ids.ts";

const encoder: TextEncoder = new TextEncoder();
const decoder: TextDecoder = new TextDecoder();

/** The milliseconds after which a torn row does not grow any more, and for which it may grow. */
const QUIET_MS = 20;
const LONGEST_GROWTH_MS = 1000;

/** Options of {@linkcode DatasetPart}. */
export interface DatasetPartOptions {
  /** Called with a one-sentence notice after each repair. */
  readonly onNotice: (notice: string) => void;
  /** The number of the part in the log. */
  readonly part: number;
  /** The number of the part among those of its name, which its metadata have. */
  readonly number: number;
  /** Whether the first record is a header, and the last column of each row a timestamp. */
  readonly hasHeader: boolean;
  /** Collects the ids of the rows. */
  readonly ids?: KnownIds | undefined;
}

/** What a second read of an object found: the expected bytes, others after the known ones, or neither. */
type Refreshed = "landed" | "grown" | "replaced";

/** The attempts to add the same records, until they land or are given up. */
export interface Attempts {
  readonly backoff: Backoff;
  /** The name of the addition, if its bytes do not identify it. */
  readonly batch: string | undefined;
  /**
   * The error of a request that was given up, but is accepted after all if the object is deleted, or gets
   * the content of then again.
   */
  late?: StorageError | undefined;
  /** The bytes of such a request that creates the object. */
  created?: Uint8Array | undefined;
}

/**
 * One object to which whole records are added exactly once.
 *
 * Knows the object up to a boundary and adds only if that is the object's end. If another writer
 * changed the object, the store refuses; one read then shows what it holds and is the next base.
 */
export class DatasetPart {
  readonly #storage: StorageAdapter;
  readonly #key: string;
  readonly #writer: PartWriter;
  readonly #options: DatasetPartOptions;
  #boundary: Boundary = EMPTY;
  /** The state of the object at the boundary: the two change together. */
  #base: Base = {};
  /** Whether the last record has no line ending. */
  #lineIsOpen = false;
  /** The notice about a torn row at the end, which the next addition replaces. */
  #torn: string | null = null;
  /** How the object was changed by others, until the owner of this part has followed them. */
  change: "grown" | "replaced" | undefined;

  constructor(
    storage: StorageAdapter,
    key: string,
    writer: PartWriter,
    options: DatasetPartOptions,
  ) {
    this.#storage = storage;
    this.#key = key;
    this.#writer = writer;
    this.#options = options;
  }

  /** The number of whole records. */
  get records(): number {
    return this.#boundary.records;
  }

  /** The size in bytes. */
  get size(): number {
    return this.#boundary.size;
  }

  /** The cells of the first record; `null` if there is no record, or it is not UTF-8. */
  get first(): readonly string[] | null {
    return this.#boundary.first;
  }

  /** The metadata, if the object is rewritten. */
  get metadata(): Base["metadata"] {
    return this.#base.metadata;
  }

  /** Whether the object is a copy of another part, or another dataset's. */
  get isOther(): boolean {
    const part = this.metadata?.[PART];
    return part !== undefined && part !== String(this.#options.number);
  }

  /** Whether the object holds neither a record nor the beginning of a header. */
  get isEmpty(): boolean {
    const { records, rest } = this.#boundary;
    return records === 0 && (rest === "nothing" || rest === "record" && !this.#options.hasHeader);
  }

  /** Whether the next addition replaces a torn row, which must happen before the part is left. */
  get isTorn(): boolean {
    return this.#torn !== null;
  }

  /** The text to write before the next record: the line ending that the last one lacks. */
  get lead(): string {
    return this.#lineIsOpen ? "\r\n" : "";
  }

  /** Reads the whole object without changing it. Returns whether it begins with the expected bytes. */
  async load(expected?: Uint8Array): Promise<boolean> {
    return await this.#adopt(await this.#writer.read(0), expected);
  }

  /** Replaces everything known about the object by a read from its start. */
  async #adopt(read: PartRead | null, expected?: Uint8Array): Promise<boolean> {
    const { part, ids } = this.#options;
    const options = { expected, hasIds: ids !== undefined };
    const found = read && await scanFrom(read.chunks, EMPTY, options);
    ids?.forget(part); // only now, because reading can fail
    this.#become(found?.boundary ?? EMPTY, read?.base ?? {}, found?.ids);
    // A header alone may lack its line ending. Other records without one are checked before a write.
    const { records, rest } = this.#boundary;
    if (this.#options.hasHeader && records === 0 && rest === "record") await this.closeRest();
    return found?.landed ?? false;
  }

  /**
   * Adds whole records after `lead`, exactly once. If the answer is lost, the identical request is
   * sent again: with the same base, the store can accept at most one copy.
   *
   * @param bytes The records
   * @param records The number of records
   * @param first The cells of the first record
   * @param attempts The limits of the repetitions, and what is known of earlier attempts
   * @returns Whether the records are stored; if not, the object changed
   */
  async add(
    bytes: Uint8Array,
    records: number,
    first: readonly string[] | null,
    attempts: Attempts,
  ): Promise<boolean> {
    const torn = this.#torn;
    const write = torn === null ? this.#writer.add : this.#writer.replaceEnd!;
    let lostAnswer: StorageError | undefined;
    while (true) {
      try {
        const added = await write(this.#base, bytes, this.#boundary.size, attempts.batch);
        this.#advance(added, bytes, records, first);
        break;
      } catch (error) {
        if (isUnknown(error)) lostAnswer = error;
        if (hasCode(error, "Conflict")) {
          if (!await this.#settleConflict(bytes, lostAnswer, attempts)) return false;
          break;
        }
        if (!isUnknown(error) && !isTransient(error)) throw lostAnswer ?? error;
        if (!await attempts.backoff.pause()) throw lostAnswer ?? error;
      }
    }
    if (torn !== null) this.#options.onNotice(torn);
    return true;
  }

  /**
   * Handles bytes after the last whole record: a record that only lacks its line ending gets it with
   * the next record; a record that may be torn is set aside, and the next record replaces it.
   *
   * @param like A row with a timestamp of the same kind
   * @throws {NotTakenError} If the torn record is the header
   */
  async closeRest(like: string = ""): Promise<void> {
    const until = performance.now() + LONGEST_GROWTH_MS;
    let examined: ObjectVersion | undefined;
    while (this.#boundary.rest !== "nothing") {
      const { end, size, rest } = this.#boundary;
      const found = await this.#readFrom(end);
      if (found === null || found.info.size !== size || found.info.version !== this.#base.version) {
        await found?.body.cancel();
        await this.#refresh();
        continue;
      }
      const isRecord = rest === "record";
      // A stray quote near the start of a large file opens quotes, and is not read into memory.
      const bytes = isRecord ? concat(await Array.fromAsync(found.body)) : null;
      const cells = bytes && await this.#wholeCells(bytes, like);
      if (bytes !== null && cells !== null) return this.#keepRest(bytes, cells);
      if (performance.now() < until && await this.#mayGrow(found)) continue;
      if (!isRecord && examined !== found.info.version) {
        examined = found.info.version;
        await this.#removeStrayLine(found, like);
        continue;
      }
      await this.#setAside(bytes ?? found.body, found.info);
    }
  }

  /** Waits if another program was in the midst of a row a moment ago. */
  async #mayGrow({ info: { modified }, body }: ReadResult): Promise<boolean> {
    const { append } = this.#storage.capabilities;
    const age = Date.now() - (modified?.getTime() ?? 0);
    if (append !== "host" && append !== "store" || age < 0 || age >= QUIET_MS) return false;
    if (!body.locked) await body.cancel();
    await new Promise((done) => setTimeout(done, QUIET_MS - age));
    return true;
  }

  /** Sets aside one line only, if a quote in it hides whole rows behind it. */
  async #removeStrayLine(found: ReadResult, like: string): Promise<void> {
    const { first, tail, records, end } = this.#boundary;
    const { swap } = this.#storage.capabilities;
    if (first === null || !this.#options.hasHeader || swap === "none") {
      return await found.body.cancel();
    }
    const { removeStrayLine } = await import("./stray_quote.ts");
    const { endsLike, endsWithTimestamp } = await import("./row_end.ts");
    const others = records > 1 ? [decoder.decode(tail), like] : [like];
    const hasTime = (line: Uint8Array) => endsWithTimestamp(decoder.decode(line).trimEnd());
    const isLike = (line: Uint8Array) => endsLike(decoder.decode(line), others);
    const aside = asideKey(this.#key, end, found.info.version);
    const keep = (line: Uint8Array) => writeAside(this.#storage, aside, line);
    const length = await removeStrayLine(found, {
      storage: this.#storage,
      key: this.#key,
      keep,
      splitter: new RecordSplitter(),
      endsLikeRow: (line) => hasTime(line) || isLike(line),
      isRow: (record) =>
        hasTime(record) || isLike(record) && decodeAny(record).length === first.length,
    });
    if (length === null) return;
    this.#options.onNotice(
      `Set aside ${length} bytes of ${this.#key} in ${aside}: a line with a quote that is not closed`,
    );
    await this.load();
  }

  /** Stores the torn bytes at the end elsewhere, so that the next addition can replace them. */
  async #setAside(torn: WriteBody, { version }: ObjectInfo): Promise<void> {
    const { end, size, records } = this.#boundary;
    try {
      if (records === 0 && this.#options.hasHeader) {
        throw new NotTakenError(`The header of "${this.#key}" cannot be read`);
      }
      const { swap, cut } = this.#storage.capabilities;
      if (swap === "none" && !cut) {
        throw new NotTakenError(`A torn row cannot be cut off "${this.#key}"`, true);
      }
      const aside = asideKey(this.#key, end, version);
      await writeAside(this.#storage, aside, torn);
      this.#torn = `Set aside ${size - end} bytes of a torn row of ${this.#key} in ${aside}`;
      this.#boundary = { ...this.#boundary, size: end, rest: "nothing" };
    } catch (error) {
      if (torn instanceof ReadableStream && !torn.locked) await torn.cancel();
      throw error;
    }
  }

  /**
   * The base is gone, so each earlier request has landed or cannot for now: one read shows which.
   * Returns whether one has landed.
   */
  async #settleConflict(
    bytes: Uint8Array,
    lostAnswer: StorageError | undefined,
    attempts: Attempts,
  ): Promise<boolean> {
    const { batch, backoff, created } = attempts;
    const { version } = this.#base;
    const last = batchesOf(this.#base).at(-1);
    const isNamed = batch !== undefined && this.#writer.keepsBatches;
    // Even a first refusal may answer a copy that fetch or a proxy sent after the landed request.
    const isOurs = lostAnswer !== undefined || batch === undefined || isNamed;
    try {
      const refresh = () => this.#refresh(isOurs ? bytes : undefined, isOurs ? created : undefined);
      const found = await backoff.repeat(isTransient, refresh);
      const batches = batchesOf(this.#base);
      if (isNamed ? batches.includes(batch) : found === "landed") return true;
      // A program that replaced the object dropped the names, or others were added since.
      const isForgotten = isNamed &&
        (batches.length === 0 || last !== undefined && !batches.includes(last));
      if (isForgotten && found === "landed") throw lostAnswer ?? this.#unknownEnd();
      if ((found === "replaced" || isForgotten) && lostAnswer !== undefined) throw lostAnswer;
    } catch (error) {
      throw lostAnswer ?? error;
    }
    if (version === undefined || this.#storage.capabilities.versions === "content") {
      attempts.late ??= lostAnswer;
      if (version === undefined && lostAnswer !== undefined) attempts.created = bytes;
    }
    return false;
  }

  #unknownEnd(): StorageError {
    return fail({ adapter: this.#storage.name, operation: "append to", key: this.#key }, {
      code: "Unavailable",
      why: "another program replaced it: it has such a row, which may be another one",
      outcome: "unknown",
    });
  }

  #advance(
    added: Added,
    bytes: Uint8Array,
    records: number,
    first: readonly string[] | null,
  ): void {
    this.#base = added;
    this.#torn = null;
    // A program without the lock also added bytes: the next request is refused, and reads them.
    if (added.size !== this.#boundary.size + bytes.length) return;
    const known = this.#boundary;
    const head = known.size === 0 ? bytes.slice(0, headLength(first)) : known.head;
    this.#boundary = advance({ ...known, first: known.first ?? first, head }, bytes, records);
    this.#lineIsOpen = false;
  }

  /** Reads the object's end. Resolves with `null` if the object is missing or became shorter. */
  async #readFrom(start: number): Promise<ReadResult | null> {
    try {
      return await this.#storage.read(this.#key, { range: { start } });
    } catch (error) {
      if (hasCode(error, "RangeNotSatisfiable")) return null;
      throw error;
    }
  }

  #keepRest(bytes: Uint8Array, cells: readonly string[]): void {
    const { first, end, size } = this.#boundary;
    const { part, ids } = this.#options;
    if (first !== null) ids?.add([cells.at(-2)], { part, start: end, end: size });
    // The bytes are already in the object: relative to the last whole record they are an addition.
    this.#boundary = advance({ ...this.#boundary, size: end, first: first ?? cells }, bytes, 1);
    this.#lineIsOpen = true;
  }

  /** The cells of a record that lacks only its line ending; `null` if it may be torn. */
  async #wholeCells(bytes: Uint8Array, like: string): Promise<readonly string[] | null> {
    const { first, records, tail } = this.#boundary;
    const cells = decodeBytes(bytes);
    if (cells === null || !this.#options.hasHeader) return null;
    if (first === null) return cells; // the header, which is compared
    // Loaded only for a file that another program changed, or a killed process left.
    const { endsWithTimestamp, isTorn } = await import("./row_end.ts");
    const text = decoder.decode(bytes);
    if (endsWithTimestamp(text)) return cells;
    const others = records > 1 ? [decoder.decode(tail), like] : [like];
    return cells.length === first.length && !isTorn(text, others) ? cells : null;
  }

  async #refresh(expected?: Uint8Array, created?: Uint8Array): Promise<Refreshed> {
    const found = await this.#readAgain(expected, created);
    if (this.change !== "replaced") this.change = found === "landed" ? "grown" : found;
    return found;
  }

  /** Reads the object from the known boundary on. */
  async #readAgain(expected?: Uint8Array, created?: Uint8Array): Promise<Refreshed> {
    const known = this.#boundary;
    const from = resumeOffset(known);
    const read = await this.#writer.read(from);
    if (read === null || read.start !== from) {
      if (await this.#adopt(read, created)) return "landed";
      return read === null ? "grown" : "replaced";
    }
    const hasIds = this.#options.ids !== undefined;
    const found = await scanFrom(read.chunks, known, { expected, hasIds });
    // The object changed without growing: a user may have edited its header.
    if (
      found === null || found.boundary.size === known.size || !await this.#hasHead(known, read.base)
    ) {
      const isCreated = await this.load(created);
      return isCreated || found?.landed ? "landed" : "replaced";
    }
    this.#become(found.boundary, read.base, found.ids);
    return found.landed ? "landed" : "grown";
  }

  /** Whether the object still begins as before: a user may edit the header and add a row. */
  async #hasHead({ head }: Boundary, base: Base): Promise<boolean> {
    const now = await this.#writer.head(base, head.length);
    return now.length === head.length && now.every((byte, i) => byte === head[i]);
  }

  #become(boundary: Boundary, base: Base, groups: Found["ids"] = []): void {
    this.#lineIsOpen &&= boundary.size === this.#boundary.size;
    this.#boundary = boundary;
    this.#base = base;
    this.#torn = null;
    const { part, ids } = this.#options;
    for (const { ids: found, start, end } of groups) ids?.add(found, { part, start, end });
  }
}

/** The length in bytes of a first record without its line ending. */
function headLength(first: readonly string[] | null): number {
  return first === null ? 0 : encoder.encode(encodeRow(first)).length - "\r\n".length;
}
