import { Worker } from 'node:worker_threads';

/** The descriptor at which the decoder sees that its worker lives: nothing is ever written to it. */
export const lifeline = 4;

/**
 * A thread that ends the whole process when the worker is gone, however it went: the system closes a dead process's
 * pipes. It has an event loop of its own, so that it works while the decoder is stuck in native code or in a loop.
 * As text, because it needs nothing else and is then the same under every loader.
 */
const program = `
const { Socket } = require('node:net');
const end = () => {
  // With the command that it runs, which is of its group.
  try { process.kill(-process.pid, 'SIGKILL'); } catch {}
  process.kill(process.pid, 'SIGKILL');
};
new Socket({ fd: ${lifeline} }).on('end', end).on('error', end).on('close', end).resume();
`;

/** Ends this process with the command that it runs, which is of its group and would go on by itself. */
export function endWithGroup(): void {
  try {
    process.kill(-process.pid, 'SIGKILL');
  } catch {
    // It leads no group: then there is nothing beside it.
  }
  process.kill(process.pid, 'SIGKILL');
}

export function watchWorker(): void {
  const thread = new Worker(program, {
    eval: true,
    env: {},
    execArgv: [],
    // It does nothing but wait.
    resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 },
  });
  thread.unref();
  // Without it nothing would end a decoder that is stuck: better none than one that stays for ever.
  thread.once('error', endWithGroup);
}
