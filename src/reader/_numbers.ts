type Numbers = Float64Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/** A list of numbers that takes 4 or 8 bytes for each. */
export class NumberList<T extends Numbers> {
  #numbers: T;
  #length = 0;
  readonly #make: (length: number) => T;

  /** Creates an empty list. */
  constructor(make: (length: number) => T) {
    this.#make = make;
    this.#numbers = make(1024);
  }

  /** The count of numbers. */
  get length(): number {
    return this.#length;
  }

  /** Adds a number. */
  push(number: number): void {
    if (this.#length === this.#numbers.length) this.reserve(Math.ceil(this.#length * 1.5));
    this.#numbers[this.#length++] = number;
  }

  /** Makes room for this count of numbers, so that they are not copied while they come in. */
  reserve(count: number): void {
    if (count <= this.#numbers.length) return;
    const longer = this.#make(count);
    longer.set(this.#numbers);
    this.#numbers = longer;
  }

  /** Returns the number at a place. */
  at(place: number): number {
    return this.#numbers[place]!;
  }

  /** Replaces the number at a place. */
  set(place: number, number: number): void {
    this.#numbers[place] = number;
  }

  /** Returns the numbers, in the memory of the list. */
  view(): T {
    return this.#numbers.subarray(0, this.#length) as T;
  }
}

/** A list of times or offsets. */
export function float64List(): NumberList<Float64Array<ArrayBuffer>> {
  return new NumberList((length) => new Float64Array(length));
}

/** A list of small whole numbers. */
export function uint32List(): NumberList<Uint32Array<ArrayBuffer>> {
  return new NumberList((length) => new Uint32Array(length));
}
