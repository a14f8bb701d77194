/** `kuva completion`: a script that completes commands, options, choices and files, made from the command tree itself. */
import type { Command } from 'commander';
import { bashCompletion } from './completionBash.ts';
import { fishCompletion } from './completionFish.ts';
import { completionTree } from './completionTree.ts';
import { zshCompletion } from './completionZsh.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof shells)[number];

/** @param program the whole command tree, the root of it */
export function completionScript(shell: Shell, program: Command): string {
  const tree = completionTree(program);
  switch (shell) {
    case 'bash':
      return bashCompletion(tree);
    case 'zsh':
      return zshCompletion(tree);
    case 'fish':
      return fishCompletion(tree);
  }
}
