import { z } from 'zod';
import { showKey } from '../../image/key.ts';
import { systemClock } from '../../pipeline/clock.ts';
import { type Finding, verify } from '../../pipeline/verify.ts';
import { exitCodes } from '../exit.ts';
import { jsonText } from '../jsonText.ts';
import type { Action } from '../action.ts';
import { ProgressBar } from '../progressBar.ts';
import { sharedOptions, withSystem } from '../system.ts';

const optionsSchema = sharedOptions.extend({ name: z.string().optional() });

/** Outputs read back at the same time. */
const concurrency = 8;

/** `kuva verify`: reads every output back and compares it with the ledger. */
export const verifyOutputs: Action = (given, terminal) => {
  const options = optionsSchema.parse(given);
  return withSystem(options, terminal, async ({ ledger, output, stopping }) => {
    const bar = new ProgressBar(terminal, 'outputs read back');
    try {
      const { records } = await ledger.status();
      let read = 0;
      const found = await verify({
        ledger,
        output,
        concurrency,
        clock: systemClock,
        signal: stopping.stop,
        ...(options.name !== undefined && { name: options.name }),
        onFinding: (finding) => {
          if (finding.kind !== 'orphan')
            bar.update({
              done: ++read,
              total: Math.max(read, records),
              totalKnown: options.name === undefined,
            });
          if (finding.kind === 'proven') return;
          bar.clear();
          if (terminal.json) terminal.line(jsonText({ finding: finding.kind, ...about(finding) }));
          else terminal.line(`${terminal.paint('red', '✗')} ${sentence(finding)}`);
        },
      });
      bar.clear();
      const bad = found.missing + found.different + found.unreadable;
      if (terminal.json) terminal.line(jsonText({ summary: found }));
      else {
        terminal.line(
          `${found.proven} ${found.proven === 1 ? 'output is' : 'outputs are'} there, byte for byte as the ledger says.`,
        );
        if (bad > 0)
          terminal.line(
            `${bad} are not: ${found.missing} missing, ${found.different} different, ${found.unreadable} unreadable.`,
          );
        if (found.orphans > 0)
          terminal.line(
            `${found.orphans} ${found.orphans === 1 ? 'object' : 'objects'} in the output bucket, left alone, ${found.orphans === 1 ? 'is' : 'are'} not in the ledger.`,
          );
      }
      return bad + found.orphans === 0 ? exitCodes.ok : exitCodes.failure;
    } catch (thrown) {
      if (!stopping.stop.aborted) throw thrown;
      bar.clear();
      terminal.errorLine('Stopped before everything was read back.');
      return exitCodes.incomplete;
    }
  });
};

type Bad = Exclude<Finding, { kind: 'proven' }>;

function sentence(finding: Bad): string {
  switch (finding.kind) {
    case 'missing':
      return `${showKey(finding.record.outputKey)} is in the ledger, but not in the output bucket.`;
    case 'different':
      return `${showKey(finding.record.outputKey)} has other bytes than those that the ledger names (SHA-256 ${finding.sha256}).`;
    case 'unreadable':
      return `${showKey(finding.record.outputKey)} could not be read: ${finding.reason}.`;
    case 'orphan':
      return `${showKey(finding.key)} lies in the output bucket, but no row of the ledger names it.`;
  }
}

function about(finding: Bad): Record<string, unknown> {
  if (finding.kind === 'orphan') return { key: finding.key, bytes: finding.bytes };
  const { record, ...rest } = finding;
  return {
    ...rest,
    key: record.outputKey,
    bucket: record.outputBucket,
    expectedSha256: record.outputSha256,
    input: record.image.key,
  };
}
