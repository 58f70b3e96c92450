/** Lets processes begin together: each waits until all have arrived. */
export class Barrier implements AsyncDisposable {
  readonly #listener: Deno.TcpListener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #opened: Promise<void>;

  constructor(count: number) {
    this.#opened = this.#openFor(count);
  }

  /** The port that a process passes to {@linkcode arrive}. */
  get port(): number {
    return this.#listener.addr.port;
  }

  async #openFor(count: number): Promise<void> {
    const arrived: Deno.Conn[] = [];
    try {
      while (arrived.length < count) arrived.push(await this.#listener.accept());
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error; // disposed of before all came
    } finally {
      for (const connection of arrived) connection.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#opened;
  }
}

/** Waits at the barrier of another process. */
export async function arrive(port: number): Promise<void> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.read(new Uint8Array(1)); // resolves when the barrier opens
}
