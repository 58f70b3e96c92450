// A toy image model. It draws what it is asked for, and is sometimes wrong: always in the same way for
// the same prompt.
import { type Colour, png, type Shape, shapes } from "./_png.ts";

/** What the model made of a prompt. */
export interface Picture {
  /** What it shows, such as "A red triangle". */
  readonly title: string;
  /** The picture as a data URL, which both a page and a ticket can hold. */
  readonly url: string;
}

const colours: Readonly<Record<string, Colour>> = {
  red: [200, 56, 50],
  green: [64, 145, 84],
  blue: [46, 98, 170],
  yellow: [222, 170, 40],
};

/** A ticket may have 32 KiB: a picture of this size takes a tenth of them. */
const SIZE = 256;

/** Returns the one of a list at a place, which may be before its start or after its end. */
function around<T>(list: readonly T[], place: number): T {
  return list.at(place % list.length)!;
}

/** Returns the place of the first of the names that is in a prompt; else one that depends on the prompt. */
function placeOf(names: readonly string[], prompt: string, sum: number): number {
  const found = names.findIndex((name) => prompt.toLowerCase().includes(name));
  return found === -1 ? sum : found;
}

/** Draws a prompt. One in three has another colour than it says, and one in three another shape. */
export async function draw(prompt: string): Promise<Picture> {
  const sum = [...prompt].reduce((total, character) => total + character.codePointAt(0)!, 0);
  const mistake = ["none", "shape", "colour"][sum % 3];
  const before = (kind: string) => mistake === kind ? 1 : 0;
  const colour = around(
    Object.entries(colours),
    placeOf(Object.keys(colours), prompt, sum) - before("colour"),
  );
  const shape: [string, Shape] = around(
    Object.entries(shapes),
    placeOf(Object.keys(shapes), prompt, sum) - before("shape"),
  );
  const file = await png(`${shape[0]}.png`, { shape: shape[1], colour: colour[1], size: SIZE });
  const base64 = (await file.bytes()).toBase64();
  return { title: `A ${colour[0]} ${shape[0]}`, url: `data:image/png;base64,${base64}` };
}
