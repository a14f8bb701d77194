import type { Command } from 'commander';
import type { Terminal } from './terminal.ts';

/** A command's work, given what was typed (it parses that itself): returns the exit code. */
export type Action = (
  given: Readonly<Record<string, unknown>>,
  terminal: Terminal,
  program: Command,
) => Promise<number>;
