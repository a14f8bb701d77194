/** Migrates a database, in a process of its own. Usage: migrator.ts URL */
import { migrate } from '../../src/ledger/migrate.ts';
import { openPool } from '../../src/ledger/pool.ts';
import { connectionOf } from '../servers/postgres.ts';

const pool = openPool(connectionOf(process.argv[2] ?? ''));
console.log('ready');
console.log(JSON.stringify(await migrate(pool)));
await pool.end();
