/** Yields the complete lines of the output of a process, until it ends or the caller stops. */
export async function* linesOf(
  output: ReadableStream<Uint8Array>,
): AsyncGenerator<string, void, undefined> {
  let rest = "";
  for await (const text of output.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
