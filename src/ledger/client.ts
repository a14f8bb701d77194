import { Client } from 'pg';

/**
 * A connection that closes itself when it could not be set up. Where it is our side that gives up (no password for
 * a server that asks for one, an answer that does not fit), node-postgres leaves the socket open: the server waits for
 * a minute and keeps a connection for it, and a process that wants to end waits as long.
 */
export class LedgerClient extends Client {
  override connect(): Promise<this>;
  override connect(callback: (error: Error) => void): void;
  override connect(callback?: (error: Error) => void): Promise<this> | undefined {
    if (callback === undefined) {
      return super.connect().then(
        () => this,
        (thrown: unknown) => {
          this.#close();
          throw thrown;
        },
      );
    }
    super.connect((error: Error | null) => {
      if (error !== null) this.#close();
      Reflect.apply(callback, undefined, [error]);
    });
    return undefined;
  }

  #close(): void {
    this.end().catch(() => undefined);
  }
}
