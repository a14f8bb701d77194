import process from 'node:process';
import { showBytes } from '../../image/quantity.ts';
import { concurrencyOf, makeBudgets, thisMachine } from '../../pipeline/budgets.ts';
import type { WorkerConfig } from '../../pipeline/config.ts';
import { type Finding, ok, warning } from './finding.ts';

/** Oldest version that is tested. */
const oldest = [20, 19] as const;

/** Bytes of memory for images below which ordinary photographs (12 megapixels, 16 bits) may not fit. */
const enough = 100e6;

/** This machine: Node, processors, memory. */
export function checkMachine(worker: WorkerConfig): Finding[] {
  const machine = thisMachine();
  const { images } = makeBudgets(worker, machine);
  const about = `${machine.cores} cores, ${showBytes(machine.memory)} of memory: ${concurrencyOf(worker, machine)} images in work at a time, ${showBytes(images.capacity)} for decoded images`;
  return [
    checkNode(),
    images.capacity >= enough
      ? ok('machine', about)
      : warning(
          'machine',
          about,
          'Large photographs will be set aside. Give the machine more memory, or set `worker: memory:`.',
        ),
  ];
}

function checkNode(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isOld = major < oldest[0] || (major === oldest[0] && minor < oldest[1]);
  return isOld
    ? warning(
        'Node.js',
        `version ${process.versions.node} is older than ${oldest.join('.')}, and was never tried`,
        `Install Node.js ${oldest.join('.')} or newer.`,
      )
    : ok('Node.js', `version ${process.versions.node}`);
}
