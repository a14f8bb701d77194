import { inspectConfig } from '../../config/load.ts';
import { realSurroundings } from '../../config/surroundings.ts';
import { toKuvaError } from '../../image/failure.ts';
import { checkBuckets } from '../doctor/buckets.ts';
import { checkClouds } from '../doctor/clouds.ts';
import { checkDatabase } from '../doctor/database.ts';
import { checkEvents } from '../doctor/events.ts';
import { failed, type Finding, ok, warning } from '../doctor/finding.ts';
import { checkMachine } from '../doctor/machine.ts';
import { checkOwnSteps } from '../doctor/ownSteps.ts';
import { checkPrograms } from '../doctor/programs.ts';
import { exitCodes } from '../exit.ts';
import { jsonText } from '../jsonText.ts';
import type { Action } from '../action.ts';
import { listenForStop } from '../stopping.ts';
import { loadOptions, type SharedOptions, sharedOptions } from '../system.ts';
import type { Terminal } from '../terminal.ts';
import type { Transformer } from '../../transform/contract.ts';
import { wireTransforms } from '../wire.ts';

/** `kuva doctor`: every check by name, each failure with its mend. Changes nothing but scratch objects of its own. */
export const doctor: Action = async (given, terminal) => {
  const options = sharedOptions.parse(given);
  const stopping = listenForStop(terminal);
  try {
    const findings: Finding[] = [];
    for await (const finding of examine(options, stopping.stop)) {
      findings.push(finding);
      if (!terminal.json) print(finding, terminal);
    }
    const count = (state: Finding['state']): number =>
      findings.filter((finding) => finding.state === state).length;
    const [bad, doubtful] = [count('failed'), count('warning')];
    if (terminal.json) terminal.line(jsonText({ ok: bad === 0, findings }));
    else terminal.line(`\n${verdict(bad, doubtful)}`);
    if (stopping.stop.aborted) return exitCodes.incomplete;
    return bad === 0 ? exitCodes.ok : exitCodes.failure;
  } finally {
    stopping.dispose();
  }
};

/** Yields findings as they come; what depends on a failed check is left out. */
async function* examine(options: SharedOptions, signal: AbortSignal): AsyncGenerator<Finding> {
  const inspected = inspectConfig(loadOptions(options));
  const { value: config, notes, problems } = inspected;
  yield ok('configuration', config.file === undefined ? 'no file; the defaults are in force' : config.file);
  for (const note of notes)
    yield warning('configuration', note, '`kuva config` shows where each value came from.');
  yield* checkMachine(config.worker);
  try {
    const { wire, transformer, closeTransforms } = await wireTransforms([config]);
    const { recipe, chooser } = wire(config);
    yield ok(
      'recipe',
      `${recipe.outputs.length} ${recipe.outputs.length === 1 ? 'output' : 'outputs'} an image${chooser === undefined ? '' : `, unless one of ${config.choose.length} rules says otherwise`}`,
    );
    yield* await checkOwnSteps(config, recipe);
    yield* await checkPrograms(config.limits);
    yield await checkDecoder(transformer).finally(closeTransforms);
  } catch (thrown) {
    yield failed('recipe', toKuvaError(thrown));
  }
  for (const problem of problems) yield failed('credentials', problem);
  if (problems.length === 0 && !signal.aborted) yield* await checkBuckets(config, signal);
  if (problems.length === 0 && !signal.aborted) yield* await checkEvents(config);
  if (!signal.aborted) yield* await checkDatabase(config, signal);
  const { cloud } = config;
  if (cloud === undefined || signal.aborted) return;
  const { compute, database = compute, s3 = compute } = cloud.clouds;
  const { instance } = cloud.database;
  const hasS3Keys = problems.length === 0 && config.input.kind === 's3';
  yield* await checkClouds({ compute, database, s3, instance, hasS3Keys }, realSurroundings(), { signal });
}

/** Does a decoder's process start, and do what it is there for? */
async function checkDecoder(transformer: Transformer): Promise<Finding> {
  try {
    await transformer.inspect(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'));
    return ok('decoder', 'images are decoded in processes of their own');
  } catch (thrown) {
    return failed('decoder', toKuvaError(thrown));
  }
}

const marks = { ok: ['green', '✓'], warning: ['yellow', '!'], failed: ['red', '✗'] } as const;

function print({ check, state, says, remedy }: Finding, terminal: Terminal): void {
  const [colour, mark] = marks[state];
  terminal.line(`${terminal.paint(colour, mark)} ${check}: ${says}`);
  if (remedy !== undefined) terminal.line(`    → ${remedy.replaceAll('\n', '\n      ')}`);
}

function verdict(bad: number, doubtful: number): string {
  const notes =
    doubtful === 0 ? '' : ` ${doubtful} ${doubtful === 1 ? 'thing is' : 'things are'} worth a look.`;
  if (bad === 0) return `Everything that is needed works.${notes}`;
  return `${bad} ${bad === 1 ? 'check' : 'checks'} failed; the lines with → say what to do.${notes}`;
}
