/**
 * Loaded into the worker before anything of its own: each decoder that it starts loads `inDecoder.js`, and each thread
 * writes a profile. Both get neither options nor environment from outside, and that is right; so it has to come in this way.
 */
import childProcess, { type SpawnOptions } from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import workerThreads, { type WorkerOptions } from 'node:worker_threads';

const { spawn } = childProcess;
const { Worker } = workerThreads;
const { search, searchParams } = new URL(import.meta.url);
const preload = new URL(`inDecoder.js${search}`, import.meta.url).href;

Object.defineProperty(childProcess, 'spawn', {
  value: (command: string, args: readonly string[], options: SpawnOptions) =>
    spawn(
      command,
      args.some((each) => each.includes('isolated/child')) ? ['--import', preload, ...args] : [...args],
      options,
    ),
});
/** Its threads do not inherit the worker's options either. Each writes its profile when it ends. */
class ProfiledThread extends Worker {
  constructor(entry: string | URL, options: WorkerOptions = {}) {
    const profiling = [
      '--cpu-prof',
      '--cpu-prof-interval',
      '500',
      '--cpu-prof-dir',
      searchParams.get('folder') ?? '',
    ];
    super(entry, String(entry).includes('coded/thread') ? { ...options, execArgv: profiling } : options);
  }
}
Object.defineProperty(workerThreads, 'Worker', { value: ProfiledThread });
syncBuiltinESMExports();
