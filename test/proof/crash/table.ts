/** The table of docs/reliability.md that says where the program is killed: made from what the matrix runs. */
import { crashPoints } from '../../../src/image/crashPoint.ts';
import { arrangements } from './case.ts';
import { grounds, matrix } from './cases.ts';

export function crashTable(): string {
  const rows = crashPoints.map(({ name, store, text }) => {
    const cells = grounds.map((ground) => {
      if (store !== 'any' && !ground.startsWith(store)) return 'not passed';
      if (arrangements[name].storeOnly === true)
        return ground === store ? 'in the store alone' : 'as without';
      const cases = matrix.filter((one) => one.point === name && one.ground === ground);
      if (cases.length === 0) return 'as without';
      const workers = [...new Set(cases.map((one) => one.workers))].join(' and ');
      const passings = new Set(cases.map(({ nth }) => nth)).size;
      return passings === 1 ? workers : `${workers}, passings 1 to ${passings}`;
    });
    return `| \`${name}\`: ${text} | ${cells.join(' | ')} |`;
  });
  return ['| killed when | folders | Ceph RGW | Ceph RGW with versions |', '|---|---|---|---|', ...rows].join(
    '\n',
  );
}
