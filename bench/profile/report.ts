import { type Column, table } from '../../src/cli/table.ts';
import type { Machine } from '../machine.ts';
import { significant } from '../report/numbers.ts';
import { machineLines } from '../report/report.ts';
import type { Costs, FunctionCost } from './aggregate.ts';
import type { ProfiledRun } from './measure.ts';

export interface ProfileResult {
  readonly begun: string;
  readonly machine: Machine;
  readonly runs: readonly ProfiledRun[];
}

/** The dearest functions that are told. */
const top = 10;

export function profileReport({ machine, runs, begun }: ProfileResult): string[] {
  return [
    `npm run bench:profile, ${begun.slice(0, 10)}`,
    ...machineLines(machine),
    '',
    ...runs.flatMap(runLines),
  ];
}

function runLines({ set, images, cost, main, decoders }: ProfiledRun): string[] {
  const perImage = (seconds: number): string => significant((seconds * 1000) / images);
  const of = (name: string): string => perImage(cost.processes?.[name] ?? 0);
  return [
    `Set ${set}, ${images} images, profiled: CPU of an image ${of('main')} ms in the main process, ${of('decoders')} ms in the decoders`,
    ...costLines('main process', main, images),
    ...costLines('decoders', decoders, images),
  ];
}

/** Threads that libvips and Node have beside JavaScript's are in the CPU time above, and in no profile. */
function costLines(process: string, costs: Costs, images: number): string[] {
  if (costs.milliseconds === 0) return [`Nothing was seen of the ${process}.`, ''];
  const share = (milliseconds: number): string =>
    `${significant((milliseconds / costs.milliseconds) * 100)} %`;
  const each = (milliseconds: number): string => significant(milliseconds / images);
  const parts: readonly Column<readonly [string, number]>[] = [
    { title: `${process}, by part`, value: ([part]) => part },
    { title: 'share', align: 'right', value: ([, milliseconds]) => share(milliseconds) },
    { title: 'ms an image seen', align: 'right', value: ([, milliseconds]) => each(milliseconds) },
  ];
  const functions: readonly Column<FunctionCost>[] = [
    { title: `${process}, the dearest functions`, value: ({ what }) => what },
    { title: 'part', value: ({ part }) => part },
    { title: 'share', align: 'right', value: ({ milliseconds }) => share(milliseconds) },
  ];
  return [
    ...table(parts, Object.entries(costs.parts)),
    '',
    ...table(functions, costs.functions.slice(0, top)),
    '',
  ];
}
