#!/usr/bin/env node
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';

/**
 * The program's entry. Kept empty of imports of ours: the size of libuv's thread pool, in which files are written, can only
 * be set before anything has used it.
 */
process.env['UV_THREADPOOL_SIZE'] ??= '16';

/**
 * The bytes of images lie outside of V8's heap, but count when it decides whether to look for garbage: a heap of 30 MB was
 * walked through three times a second. It may grow to five times of what it needs before that; 30 MB more were seen.
 */
setFlagsFromString('--heap-growing-percent=400');

const { runProgram } = await import('./program.ts');
await runProgram(process.argv);
