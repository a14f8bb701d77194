import process from 'node:process';
import { Argument, Command, CommanderError, Option } from 'commander';
import { toKuvaError } from '../image/failure.ts';
import { visibleLines } from '../image/visible.ts';
import { imageStates } from '../image/state.ts';
import { addCloud } from './cloudProgram.ts';
import { act, examples, shared } from './commandLine.ts';
import { exitCodes, reportFailure } from './exit.ts';
import { openTerminal } from './terminal.ts';
import { parseCount, parseImageId, parseWhen } from './typed.ts';
import { readVersion } from './version.ts';

/** Parses the command line, does what it asks, and sets the exit code. Never throws. */
export async function runProgram(argv: readonly string[]): Promise<void> {
  try {
    await makeProgram(readVersion()).parseAsync([...argv]);
  } catch (thrown) {
    if (thrown instanceof CommanderError) {
      process.exitCode = thrown.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
      return;
    }
    process.exitCode = reportFailure(toKuvaError(thrown), openTerminal({ json: argv.includes('--json') }));
  }
}

/** The command tree; the completion scripts and `docs/cli.md` are made from it too. */
export function makeProgram(version: string): Command {
  const program = new Command('kuva')
    .description(
      'Takes images from one bucket, transforms them, puts the results into another,\nand proves in PostgreSQL what it did to each one.',
    )
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .showHelpAfterError('(kuva --help tells more)')
    .exitOverride()
    // Its messages repeat what was typed, which may be a name out of a bucket.
    .configureOutput({
      writeOut: (text) => process.stdout.write(visibleLines(text)),
      writeErr: (text) => process.stderr.write(visibleLines(text)),
    })
    .addHelpText(
      'after',
      examples('kuva init', 'kuva doctor', 'kuva run', 'kuva start', 'kuva log --since 1h'),
    );
  addWork(program);
  addQuestions(program);
  addDashboard(program);
  addSetUp(program);
  addCloud(program);
  return program;
}

function addWork(program: Command): void {
  const start = shared(program.command('start'))
    .description('keep going: process what lies in the input bucket and whatever comes, until stopped')
    .addHelpText(
      'after',
      examples('kuva start', 'kuva start --data ~/pictures/kuva', 'kuva start --config lab.yaml'),
    );
  act(start, async () => (await import('./commands/start.ts')).start);

  const run = shared(program.command('run'))
    .description('process what is in the input bucket, with a progress bar, and end')
    .option('--patience <duration>', 'how long to wait for a store or database that is not available', '5min')
    .addHelpText(
      'after',
      examples('kuva run', 'kuva run --json', '*/5 * * * *  kuva run --config /srv/lab/kuva.yaml'),
    );
  act(run, async () => (await import('./commands/run.ts')).run, [], 'each');

  const plan = shared(program.command('plan'))
    .argument('[name]', 'part of a key; * and ? are wildcards')
    .description('say what would happen to each object of the input bucket, without doing anything')
    .addOption(
      new Option('--format <format>', 'how to print').choices(['table', 'csv', 'json']).default('table'),
    )
    .addHelpText(
      'after',
      examples('kuva plan', "kuva plan 'scans/*'", 'kuva plan --format csv > plan.csv', 'kuva plan --json'),
    );
  act(plan, async () => (await import('./commands/plan.ts')).plan, ['name'], 'each');

  const worker = shared(program.command('worker'))
    .description('one more worker for the same buckets and database, on any machine, until stopped')
    .addHelpText('after', examples('kuva worker', 'kuva worker --config lab.yaml'));
  act(worker, async () => (await import('./commands/start.ts')).worker);

  const attempt = shared(program.command('try'))
    .argument('<image>', 'a file on this machine')
    .description('apply the recipe to a file here and write the result beside it; touches nothing else')
    .option('-o, --output <folder>', 'where to write to', '.')
    .option('--force', 'overwrite a file that is there')
    .addHelpText('after', examples('kuva try cat.jpg', 'kuva try cat.jpg --output results'));
  act(attempt, async () => (await import('./commands/try.ts')).tryImage, ['image']);
}

function addQuestions(program: Command): void {
  const status = shared(program.command('status'))
    .description('how many images wait, are in work, done, set aside; which workers run; what is in the way')
    .option('-w, --watch', 'again every two seconds, until stopped')
    .option('--check', 'one line, and an exit code that says how it goes: for cron and monitoring')
    .option(
      '--stalled <duration>',
      'with --check: images wait and none has come to an end for so long (default: `alerts: stalled:`)',
    )
    .addHelpText(
      'after',
      examples('kuva status', 'kuva status --watch', 'kuva status --json', 'kuva status --check'),
    );
  act(status, async () => (await import('./commands/status.ts')).status, [], 'each');

  const log = shared(program.command('log'))
    .argument('[name]', 'part of an input or output name; * and ? are wildcards')
    .description('what was done to which image, newest first')
    .addOption(new Option('--state <state...>', 'images in these states').choices(imageStates))
    .option('--image <number>', 'only this image, by the number that log lines give it', parseImageId)
    .option('--since <when>', 'only since: 30min, 2h, 7d, or a date such as 2026-11-23T10:00', parseWhen)
    .option('--until <when>', 'only until, written likewise', parseWhen)
    .option('-n, --limit <count>', 'at most so many lines; 0: all', parseCount, 50)
    .addOption(
      new Option('--format <format>', 'how to print').choices(['table', 'csv', 'json']).default('table'),
    )
    .option('-f, --follow', 'go on printing what is done from now on')
    .option(
      '--where <expression>',
      "only where this is true of the facts, e.g. 'blur < 0.2': see docs/facts.md",
    )
    .option(
      '--duplicates [hash]',
      'instead: images that were put in twice; with a hash, such as dhash:4, those that look alike',
    )
    .addHelpText(
      'after',
      examples(
        'kuva log cat',
        "kuva log '*.tif' --since 1d --format csv > log.csv",
        'kuva log --state rejected failed',
        "kuva log --where 'blur < 0.2 and width >= 4000' --format csv",
        'kuva log --follow',
      ),
    );
  act(log, async () => (await import('./commands/log.ts')).log, ['name'], 'each');

  const retry = shared(program.command('retry'))
    .argument('[name]', 'part of an input name; * and ? are wildcards')
    .description('try images again that were set aside')
    .addOption(
      new Option('--state <state...>', 'only these; skipped ones are meant only when they are named').choices(
        ['rejected', 'failed', 'skipped'],
      ),
    )
    .option('--all', 'all of them')
    .addHelpText('after', examples('kuva retry cat.jpg', 'kuva retry --state failed --all'));
  act(retry, async () => (await import('./commands/retry.ts')).retry, ['name'], 'each');

  const reprocess = shared(program.command('reprocess'))
    .argument('[name]', 'part of an input or output name; * and ? are wildcards')
    .description('process images once more that are done and whose input was kept, by the recipe of today')
    .option('--rule <name>', 'only what this rule chose the recipe of', String)
    .option('--since <when>', 'only what was done since: 30min, 2h, 7d, or a date', parseWhen)
    .option('--until <when>', 'only what was done until, written likewise', parseWhen)
    .option('--unchanged', 'also what the recipe of today made already')
    .option('-n, --dry-run', 'only say how many')
    .option('-y, --yes', 'do not ask')
    .addHelpText(
      'after',
      examples('kuva reprocess --dry-run', "kuva reprocess 'scans/*' --yes", 'kuva reprocess --since 7d'),
    );
  act(reprocess, async () => (await import('./commands/reprocess.ts')).reprocess, ['name'], 'each');

  const verify = shared(program.command('verify'))
    .argument('[name]', 'part of an input or output name; * and ? are wildcards')
    .description(
      'read every output back, compare its SHA-256 with the ledger, and find outputs that no row names',
    )
    .addHelpText('after', examples('kuva verify', 'kuva verify cat.jpg', 'kuva verify --json'));
  act(verify, async () => (await import('./commands/verify.ts')).verifyOutputs, ['name'], 'each');

  const selfTest = shared(program.command('self-test'))
    .description('send a test image through the workers that run, compare every output, and remove it again')
    .option('--limit <duration>', 'how long it may take', '2min')
    .addHelpText('after', examples('kuva self-test', 'kuva self-test --limit 10min --json'));
  act(selfTest, async () => (await import('./commands/selfTest.ts')).selfTestCommand);

  const alerts = shared(program.command('alerts'))
    .addArgument(new Argument('<what>', 'what to do').choices(['test']))
    .description('send a test message by every alert hook of kuva.yaml')
    .addHelpText('after', examples('kuva alerts test', 'kuva alerts test --json'));
  act(alerts, async () => (await import('./commands/alerts.ts')).alerts, ['what']);

  const doctor = shared(program.command('doctor'))
    .description(
      'check configuration, credentials, buckets, database and machine; say what is wrong and how to mend it',
    )
    .addHelpText('after', examples('kuva doctor', 'kuva doctor --json'));
  act(doctor, async () => (await import('./commands/doctor.ts')).doctor, [], 'each');
}

function addDashboard(program: Command): void {
  const dashboard = shared(program.command('dashboard'))
    .description('serve the dashboard alone, beside workers on this machine or others, until stopped')
    .addHelpText('after', examples('kuva dashboard', 'kuva dashboard --config lab.yaml'));
  act(dashboard, async () => (await import('./commands/dashboard.ts')).dashboard);
}

function addSetUp(program: Command): void {
  const events = shared(program.command('events'))
    .addArgument(
      new Argument('<what>', 'have the object store tell of new objects by itself (Ceph)').choices([
        'on',
        'off',
        'status',
      ]),
    )
    .description('have the object store tell of new objects as they come, instead of only looking for them')
    .addHelpText('after', examples('kuva events on', 'kuva events status --json', 'kuva events off'));
  act(events, async () => (await import('./commands/events.ts')).events, ['what']);

  const init = program
    .command('init')
    .description('write a commented kuva.yaml for your own buckets and database')
    .option('-c, --config <file>', 'the file to write (default: kuva.yaml)')
    .option('-y, --yes', 'ask nothing')
    .option('--input <url>', 's3://bucket or file:folder')
    .option('--output <url>', 's3://bucket or file:folder')
    .option('--database <url>', 'postgres://… or embedded')
    .option('--endpoint <url>', 'the S3 server, e.g. https://a3s.fi')
    .option('--force', 'overwrite a file that is there')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      examples(
        'kuva init',
        'kuva init --yes --input s3://input_bucket --output s3://output_bucket --database postgres://db_admin@5.6.7.8/pipeline_db',
      ),
    );
  act(init, async () => (await import('./commands/init.ts')).init);

  const config = shared(program.command('config'))
    .description('print what is in force and where each value came from; secrets stay hidden')
    .option('--schema', 'print the JSON Schema of kuva.yaml, for editors')
    .addHelpText(
      'after',
      examples('kuva config', 'kuva config --json', 'kuva config --schema > kuva.schema.json'),
    );
  act(config, async () => (await import('./commands/config.ts')).config);

  const completion = program
    .command('completion')
    .addArgument(new Argument('<shell>', 'your shell').choices(['bash', 'zsh', 'fish']))
    .description('print a script that completes commands and options in your shell')
    .addHelpText(
      'after',
      examples(
        'source <(kuva completion bash)',
        'kuva completion fish > ~/.config/fish/completions/kuva.fish',
      ),
    );
  act(completion, async () => (await import('./commands/completion.ts')).completion, ['shell']);
}
