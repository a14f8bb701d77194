/**
 * Starts the embedded database, tells where it is, and stays until it is told to go.
 * Usage: holderProcess.ts FOLDER
 */
import { startEmbedded } from '../../../src/ledger/embedded/startEmbedded.ts';
import { openPool } from '../../../src/ledger/pool.ts';
import { describeFailure, toKuvaError } from '../../../src/image/failure.ts';

const interrupt = new AbortController();
process.once('SIGINT', () => {
  interrupt.abort();
});
// Before anything is told: whoever reads it may send the signal at once.
const toldToGo = new Promise((resolve) => {
  process.once('SIGTERM', resolve);
});
try {
  const database = await startEmbedded(process.argv[2] ?? '', {
    signal: interrupt.signal,
    onTrouble: (message) => {
      console.log(`trouble: ${message}`);
    },
  });
  const pool = openPool(database.connection);
  const { rows } = await pool.query('select pg_postmaster_start_time()::text as since');
  await pool.end();
  console.log(
    `running ${JSON.stringify({ port: database.connection.port, adopted: database.adopted, rows })}`,
  );
  const kept = setInterval(() => undefined, 1000);
  await toldToGo;
  clearInterval(kept);
  await database.stop();
  console.log('stopped');
} catch (error) {
  const failure = toKuvaError(error);
  console.log(`failed ${failure.code}: ${describeFailure(failure).join(' / ')}`);
  process.exitCode = 1;
}
