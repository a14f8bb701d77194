import { describe, expect, it } from 'vitest';
import { InWork } from '../../src/ledger/inWork.ts';

describe('What a process has in work', () => {
  it('keeps its present runner, though one that was given up gets a job late', async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const inWork = new InWork('cats', { work: () => gate }, () => undefined);
    inWork.addPool('first');
    inWork.addPool('present');
    expect(inWork.idlePools).toEqual(['first']);
    inWork.forgetPools(['first']);
    const late = inWork.work('first', { id: '1', bucket: 'b', key: 'a.jpg', etag: 'e', size: 1 });
    // Else the jobs that the present one is just taking would be given to others.
    expect(inWork.idlePools).toEqual([]);
    release();
    await late;
    expect(inWork.idlePools).toEqual(['first']);
  });

  it('does not forget a runner that got a job while it was being dropped', async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const inWork = new InWork('cats', { work: () => gate }, () => undefined);
    inWork.addPool('first');
    inWork.addPool('present');
    const idle = inWork.idlePools;
    const late = inWork.work('first', { id: '1', bucket: 'b', key: 'a.jpg', etag: 'e', size: 1 });
    inWork.forgetPools(idle);
    release();
    await late;
    expect(inWork.idlePools).toEqual(['first']);
  });
});
