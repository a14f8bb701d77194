import { createInterface } from 'node:readline/promises';
import { KuvaError } from '../image/failure.ts';
import { visible } from '../image/visible.ts';

/** Asks one question; an empty answer takes what is proposed. */
export type Ask = (question: string, proposed: string) => Promise<string>;

export interface Asking {
  readonly ask: Ask;
  /** Gives the terminal back. */
  readonly close: () => void;
}

const init = {
  command: 'kuva init',
  without:
    'Give the answers as options and --yes: kuva init --yes --input s3://input_bucket --output s3://output_bucket --database postgres://user@host/database',
};

/**
 * Asks on a terminal. Ctrl-C and Ctrl-D reject with KuvaError `interrupted`, which ends the command with 130.
 * @throws KuvaError `usage-invalid` when `input` is no terminal: nobody would answer
 */
export function askOn(
  input: NodeJS.ReadableStream & { readonly isTTY?: boolean },
  output: NodeJS.WritableStream,
  { command, without }: { readonly command: string; readonly without: string } = init,
): Asking {
  if (input.isTTY !== true) {
    throw new KuvaError('usage-invalid', {
      what: `${command} has questions, and there is no terminal to ask them on`,
      data: 'Nothing was changed.',
      remedy: without,
    });
  }
  const lines = createInterface({ input, output });
  const ask: Ask = (question, proposed) =>
    new Promise((resolve, reject) => {
      const stop = (): void => {
        output.write('\n');
        reject(
          new KuvaError('interrupted', {
            what: `${command} was stopped before the end`,
            data: 'Nothing was changed.',
          }),
        );
      };
      lines.once('SIGINT', stop);
      lines.once('close', stop);
      lines.question(`${question} [${visible(proposed)}] `).then((answer) => {
        lines.off('SIGINT', stop);
        lines.off('close', stop);
        resolve(answer.trim() === '' ? proposed : answer.trim());
      }, reject);
    });
  return {
    ask,
    close: () => {
      lines.close();
    },
  };
}
