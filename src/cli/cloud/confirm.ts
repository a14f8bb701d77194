import process from 'node:process';
import { KuvaError } from '../../image/failure.ts';
import { askOn } from '../ask.ts';

/**
 * Asks whether to go on, unless told not to.
 * @throws KuvaError `usage-invalid` without a terminal to ask on, `interrupted`
 */
export async function confirm(question: string, yes: boolean): Promise<boolean> {
  if (yes) return true;
  if (!process.stdin.isTTY)
    throw new KuvaError('usage-invalid', {
      what: 'This has to be confirmed, and there is no terminal to ask on',
      data: 'Nothing was made or changed.',
      remedy: 'Look at `kuva cloud plan`, and give --yes.',
    });
  const asking = askOn(process.stdin, process.stderr);
  try {
    return /^y(es)?$/i.test(await asking.ask(question, 'no'));
  } finally {
    asking.close();
  }
}
