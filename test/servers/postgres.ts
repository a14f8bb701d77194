/** What a test file needs to reach the test run's PostgreSQL. */
export interface PostgresServer {
  /** A superuser's URL of the database `postgres`. */
  readonly url: string;
}

export async function startPostgres(): Promise<{ server: PostgresServer; stop: () => Promise<void> }> {
  await Promise.resolve();
  throw new Error('not built yet');
}
