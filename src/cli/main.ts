#!/usr/bin/env node
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';

/**
 * The program's entry. Kept empty of imports of ours: the size of libuv's thread pool, in which files are written, can only
 * be set before anything has used it; and code is optimised as it was set when it is first run.
 */
process.env['UV_THREADPOOL_SIZE'] ??= '16';

/**
 * How much a function must have run before V8 optimises it, in bytes of its bytecode (132 kB by default). Optimising took
 * more than a second of processor time in a run of some hundred images; what is worth it is optimised all the same.
 */
setFlagsFromString('--interrupt-budget=1000000');

const { runProgram } = await import('./program.ts');
await runProgram(process.argv);
