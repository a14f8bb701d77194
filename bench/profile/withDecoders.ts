/**
 * Loaded into the worker before anything of its own: each decoder that it starts loads `inDecoder.js`. Decoders get
 * neither options nor environment from outside, and that is right; so the profile has to come in this way.
 */
import childProcess, { type SpawnOptions } from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';

const { spawn } = childProcess;
const { search } = new URL(import.meta.url);
const preload = new URL(`inDecoder.js${search}`, import.meta.url).href;

Object.defineProperty(childProcess, 'spawn', {
  value: (command: string, args: readonly string[], options: SpawnOptions) =>
    spawn(
      command,
      args.some((each) => each.includes('isolated/child')) ? ['--import', preload, ...args] : [...args],
      options,
    ),
});
syncBuiltinESMExports();
