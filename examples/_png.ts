// Draws the pictures of the demo: a small rasterizer and a PNG encoder.

/** A colour: red, green and blue, 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

/** Whether a point belongs to a shape; coordinates go from -1 to 1 in both directions. */
export type Shape = (x: number, y: number) => boolean;

/** The shapes that can be drawn. */
export const shapes: Readonly<Record<"circle" | "ring" | "square" | "triangle", Shape>> = {
  circle: (x, y) => Math.hypot(x, y) < 0.75,
  ring: (x, y) => Math.abs(Math.hypot(x, y) - 0.6) < 0.2,
  square: (x, y) => Math.max(Math.abs(x), Math.abs(y)) < 0.65,
  triangle: (x, y) => y < 0.6 && y > 2 * Math.abs(x) - 0.8,
};

const PAPER: Colour = [245, 243, 238];
const SAMPLES = 4; // along a pixel's edge, for smooth outlines

/** What is drawn. */
export interface Drawing {
  readonly shape: Shape;
  readonly colour: Colour;
  /** The length of an edge in pixels. @default {96} */
  readonly size?: number;
}

/** Returns how much of a pixel a shape covers, from 0 to 1. */
function coverage(
  shape: Shape,
  { column, row, size }: { readonly column: number; readonly row: number; readonly size: number },
): number {
  const at = (pixel: number, sample: number) => (pixel + (sample + 0.5) / SAMPLES) / size * 2 - 1;
  let inside = 0;
  for (let i = 0; i < SAMPLES * SAMPLES; i++) {
    const x = at(column, i % SAMPLES);
    if (shape(x, at(row, Math.floor(i / SAMPLES)))) inside++;
  }
  return inside / (SAMPLES * SAMPLES);
}

/** Returns the lines of a picture in PNG's form: a filter (0: none), then three bytes a pixel. */
function paint({ shape, colour, size }: Required<Drawing>): Uint8Array<ArrayBuffer> {
  const lines = new Uint8Array(size * (1 + 3 * size));
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const part = coverage(shape, { column, row, size });
      const pixel = PAPER.map((paper, i) => Math.round(paper + part * (colour[i]! - paper)));
      lines.set(pixel, row * (1 + 3 * size) + 1 + 3 * column);
    }
  }
  return lines;
}

/** Returns the checksum of a PNG chunk. */
function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
  }
  return ~crc >>> 0;
}

/** Returns a chunk: its length, its type, its data, and the checksum of the last two. */
export function chunk(type: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(data.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(data.length + 8, crc32(bytes.subarray(4, data.length + 8)));
  return bytes;
}

/** Draws a shape as a PNG file. */
export async function png(
  name: string,
  { shape, colour, size = 96 }: Drawing,
): Promise<File> {
  const header = new Uint8Array(13); // 8 bits for each of red, green and blue
  new DataView(header.buffer).setUint32(0, size);
  new DataView(header.buffer).setUint32(4, size);
  header.set([8, 2, 0, 0, 0], 8);
  const zlib = new Blob([paint({ shape, colour, size })]).stream()
    .pipeThrough(new CompressionStream("deflate"));
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  const data = await new Response(zlib).bytes();
  const chunks = [chunk("IHDR", header), chunk("IDAT", data), chunk("IEND", new Uint8Array())];
  return new File([signature, ...chunks], name, { type: "image/png" });
}
