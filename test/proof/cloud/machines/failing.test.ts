/** What a cloud refuses or cannot make. */
import { expect, it, vi } from 'vitest';
import { survey } from '../../../../src/cli/cloud/survey.ts';
import { observe } from '../../../../src/cloud/observe.ts';
import { blockersOf } from '../../../../src/cloud/plan.ts';
import { KuvaError } from '../../../../src/image/failure.ts';
import { withBed } from './bed.ts';
import { changesOf, down, type Stage, up } from './stage.ts';
import { onStage, patience } from './onStage.ts';

withBed('what cannot be made', () => {
  let stage: Stage;
  onStage({ compute: { name: 'lab-fail-vm' } }, (opened) => {
    ({ stage } = opened);
  });

  it('is refused before anything is made when a quota is too small', patience, async () => {
    const stack = stage.stack({ workers: 50 });
    await expect(up(stage, stack)).rejects.toThrow(/The quota is too small:.*50 needed/);
    const { compute, database } = await observe(stage.clouds, stack);
    expect([compute.machines, compute.floatingIps, compute.groups, database.instances]).toEqual([
      [],
      [],
      [],
      [],
    ]);
  });

  it('is refused when the cloud has no such flavor, and told what there is', patience, async () => {
    const failure = await up(stage, stage.stack({ compute: { flavor: 'standard.huge' } })).catch(
      (thrown: unknown) => thrown,
    );
    expect(failure).toBeInstanceOf(KuvaError);
    expect(failure).toMatchObject({ code: 'cloud-missing' });
    expect(failure instanceof KuvaError && failure.remedy).toContain('standard.tiny');
  });

  it('is told of with its reason when a machine ends in ERROR, and cleaned up', patience, async () => {
    const stack = stage.stack({ compute: { name: 'lab-fail-vm' } });
    await expect(up(stage, stack)).rejects.toThrow(/lab-fail-vm ended in ERROR/);
    const { compute } = await observe(stage.clouds, stack);
    expect(compute.machines.filter(({ status }) => status !== 'DELETED')).toEqual([]);
  });

  it('is kept to look at when asked', patience, async () => {
    const stack = stage.stack({ compute: { name: 'lab-fail-vm' } });
    await expect(up(stage, stack, { keepFailed: true })).rejects.toThrow(/ended in ERROR/);
    const { compute } = await observe(stage.clouds, stack);
    expect(compute.machines).toMatchObject([{ status: 'ERROR', owned: true }]);
    const found = await survey({ clouds: stage.clouds, stack }, false);
    expect(changesOf(found)).toContain('replace machine:1');
  });
});

withBed('a database that cannot be made', () => {
  const form = { database: { instance: 'lab-fail-db' } };
  let stage: Stage;
  onStage(form, (opened) => {
    ({ stage } = opened);
  });

  it('is told of with its reason when it ends in ERROR, and cleaned up', patience, async () => {
    const stack = stage.stack(form);
    await expect(up(stage, stack)).rejects.toThrow(/The database lab-fail-db ended in ERROR/);
    await vi.waitFor(
      async () => {
        expect((await observe(stage.clouds, stack)).database.instances).toEqual([]);
      },
      { timeout: 300_000, interval: 1000 },
    );
  });

  it('is kept to look at when asked, until `down` takes it away', patience, async () => {
    const stack = stage.stack(form);
    await expect(up(stage, stack, { keepFailed: true })).rejects.toThrow(/lab-fail-db ended in ERROR/);
    const { plan } = await survey({ clouds: stage.clouds, stack }, false);
    expect(blockersOf(plan).map(({ id, why }) => `${id}: ${why}`)).toEqual([
      expect.stringMatching(/^database: it is in ERROR/),
    ]);
    expect(await down(stage, stack, { buckets: true, database: true })).toEqual([]);
    expect((await observe(stage.clouds, stack)).database.instances).toEqual([]);
  });
});
