import type { Command } from 'commander';
import { act, examples, shared } from './commandLine.ts';
import { parseCount, parseWorkers } from './typed.ts';

/** `kuva cloud …`: the machines, on OpenStack. */
export function addCloud(program: Command): void {
  const cloud = program
    .command('cloud')
    .description('the machines, the database and the buckets on OpenStack: plan, make, look at, take away')
    .addHelpText(
      'after',
      examples('kuva cloud plan', 'kuva cloud up', 'kuva cloud status', 'kuva cloud down'),
    );

  const plan = shared(cloud.command('plan'))
    .description(
      'what exists, what `up` would create, change or replace, and why; what it costs; what the quota leaves',
    )
    .option('--explain', 'with the openstack, s3cmd and ssh commands that do the same by hand')
    .option('--adopt', 'as if `up --adopt` were meant')
    .addHelpText('after', examples('kuva cloud plan', 'kuva cloud plan --explain', 'kuva cloud plan --json'));
  act(plan, async () => (await import('./commands/cloudPlan.ts')).cloudPlan);

  const up = shared(cloud.command('up'))
    .description('make what is missing, until a first image has gone through; again and again, nothing twice')
    .option('-y, --yes', 'do not ask')
    .option('--adopt', 'take over what was made by hand under the same names, such as by the tutorial')
    .option('--keep-failed', 'keep a machine or database that ended in ERROR, to look at it')
    .addHelpText('after', examples('kuva cloud up', 'kuva cloud up --yes --json', 'kuva cloud up --adopt'));
  act(up, async () => (await import('./commands/cloudUp.ts')).cloudUp);

  const status = shared(cloud.command('status'))
    .description('every resource with its state, the workers and the queue, and what it costs since when')
    .addHelpText('after', examples('kuva cloud status', 'kuva cloud status --json'));
  act(status, async () => (await import('./commands/cloudStatus.ts')).cloudStatus);

  const ssh = shared(cloud.command('ssh'))
    .option('--worker <number>', 'which machine', parseWorkers, 1)
    .description('a shell on a machine')
    .addHelpText('after', examples('kuva cloud ssh', 'kuva cloud ssh --worker 2'));
  act(ssh, async () => (await import('./commands/cloudSsh.ts')).cloudSsh);

  const logs = shared(cloud.command('logs'))
    .option('--worker <number>', 'which machine', parseWorkers, 1)
    .option('-f, --follow', 'go on printing what comes')
    .option('-n, --lines <count>', 'how many of the last lines', parseCount, 100)
    .description('what the worker on a machine tells')
    .addHelpText('after', examples('kuva cloud logs', 'kuva cloud logs --follow'));
  act(logs, async () => (await import('./commands/cloudSsh.ts')).cloudLogs);

  const scale = shared(cloud.command('scale'))
    .argument('<workers>', 'how many machines there shall be', parseWorkers)
    .description('more or fewer machines; those that go finish what they have in work')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', examples('kuva cloud scale 3', 'kuva cloud scale 1 --yes'));
  act(scale, async () => (await import('./commands/cloudScale.ts')).cloudScale, ['workers']);

  const down = shared(cloud.command('down'))
    .description('take away what `up` made, wait until it is gone, and look whether anything is left')
    .option('-y, --yes', 'do not ask')
    .option('--buckets', 'the buckets too, with all objects in them')
    .option('--database', 'the database too, with the ledger in it')
    .addHelpText('after', examples('kuva cloud down', 'kuva cloud down --yes --buckets --database'));
  act(down, async () => (await import('./commands/cloudDown.ts')).cloudDown);
}
