/** A directory that is removed at the end of the test's block. */
export class TempDir implements AsyncDisposable {
  readonly path: string = Deno.makeTempDirSync({ prefix: "flagstone-test-" });

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true }).catch(() => {});
  }
}
