/** The connection breaks at the worst moment of each statement: before it arrives, and after it took effect unheard. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { openCommitLine } from '../../servers/commitLine.ts';
import { openCrew } from '../many/crew.ts';

const statements = [
  'kuva.enqueue(',
  'kuva.begin_image(',
  'kuva.commit_image(',
  'kuva.settle(',
  'kuva.register_worker(',
  'kuva.beat(',
  '_private_jobs',
];

describe('A connection to the database that is cut in the middle of COMMIT', () => {
  it('four times at each statement, before its effect and after it: nothing is lost, and nothing is recorded twice', async () => {
    const crew = await openCrew();
    const place = new URL(crew.databaseUrl);
    const line = await openCommitLine(place.hostname, Number(place.port), statements, 4);
    onTestFinished(() => line.close());
    place.port = String(line.port);
    await crew.putImages(16);
    const worker = crew.startWorker(place.href);
    await crew.allDone(undefined, 150_000);
    expect([...line.cuts.entries()].sort()).toEqual(statements.map((statement) => [statement, 4]).sort());
    expect((await worker.end()).code).toBe(0);
  });
});
