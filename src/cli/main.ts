#!/usr/bin/env node
import process from 'node:process';

/**
 * The program's entry. Kept empty of imports of ours: the size of libuv's thread pool, in which files are written, can only
 * be set before anything has used it.
 */
process.env['UV_THREADPOOL_SIZE'] ??= '16';

const { runProgram } = await import('./program.ts');
await runProgram(process.argv);
