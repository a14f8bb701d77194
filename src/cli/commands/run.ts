import { KuvaError } from '../../image/failure.ts';
import { showDuration } from '../../image/quantity.ts';
import { durationSchema } from '../../image/quantitySchema.ts';
import type { ImageState } from '../../image/state.ts';
import { drain } from '../../pipeline/drain.ts';
import type { ImageEventKind } from '../../pipeline/event.ts';
import type { Outages } from '../../pipeline/outages.ts';
import { alertWhile } from '../alerts.ts';
import { exitCodes } from '../exit.ts';
import { jsonText } from '../jsonText.ts';
import { hideSecretsOf } from '../narrate/hide.ts';
import { jsonNarrator } from '../narrate/json.ts';
import { plainNarrator } from '../narrate/plain.ts';
import type { Action } from '../action.ts';
import { ProgressBar } from '../progressBar.ts';
import { openSeeing } from '../previews.ts';
import { serveWhile } from '../serve.ts';
import { sharedOptions, withSystem } from '../system.ts';
import type { Terminal } from '../terminal.ts';
import { prepareWork } from '../work.ts';
import { makeWorkerName } from '../workerName.ts';

const optionsSchema = sharedOptions.extend({ patience: durationSchema });

type Tally = Record<ImageEventKind, number>;

/** `kuva run`: processes what is in the input bucket, and ends. */
export const run: Action = (given, terminal) => {
  const options = optionsSchema.parse(given);
  return withSystem(options, terminal, async (system) => {
    const begun = performance.now();
    const bar = new ProgressBar(terminal, 'images');
    const tally: Tally = {
      done: 0,
      rejected: 0,
      failed: 0,
      superseded: 0,
      skipped: 0,
      'attempt-failed': 0,
      postponed: 0,
      lost: 0,
    };
    const clear = (): void => {
      bar.clear();
    };
    const worker = makeWorkerName();
    const { pipeline, log } = system.config;
    const hide = hideSecretsOf(system.config);
    const narrator = terminal.json
      ? jsonNarrator({ pipeline, worker, level: log.level, hide })
      : plainNarrator(terminal, { every: false, before: clear, hide });
    const work = await prepareWork(system, {
      worker,
      narrator,
      // Somebody may look on from elsewhere.
      pictures: openSeeing(system, worker, false)?.pictures,
      onEvent: (event) => {
        tally[event.kind]++;
      },
    });
    const { outages, discovery } = work;
    const { stopping } = system;
    const impatience = watchPatience(outages, options.patience, stopping.end);
    try {
      for (const notice of system.notices) narrator.note('warn', notice);
      const before = await system.ledger.counts();
      const processing = work.run(false);
      const draining = drain({
        discovery,
        ledger: system.ledger,
        stop: stopping.stop,
        onProgress: (counts, listed) => {
          bar.update({ ...progressSince(before, counts), totalKnown: listed, ...noteOf(tally) });
        },
      });
      // Whichever ends first (an error, Ctrl-C, everything done) ends the other.
      const finished = Promise.race([draining, processing])
        .finally(stopping.end)
        .then(() => Promise.all([draining, processing]));
      // Whoever waits for it may come a moment later than its failure.
      finished.catch(() => undefined);
      await serveWhile(system.config, work.plugs, narrator, false, () =>
        alertWhile(system, { worker, narrator, leads: false }, () => finished),
      );
      clear();
      impatience.check();
      const after = await system.ledger.counts();
      const left = after.queued + after.processing;
      summarise(terminal, tally, left, performance.now() - begun);
      if (left > 0) return exitCodes.incomplete;
      return tally.rejected + tally.failed > 0 ? exitCodes.setAside : exitCodes.ok;
    } finally {
      impatience.stop();
      clear();
    }
  });
};

/** Ends the run when something has not been available for too long: a scheduler tries again later. */
function watchPatience(
  outages: Outages,
  patience: number,
  end: () => void,
): { check: () => void; stop: () => void } {
  let given: KuvaError | undefined;
  const timer = setInterval(() => {
    const outage = outages.longest;
    if (outage === undefined || Date.now() - outage.since.getTime() < patience) return;
    given = new KuvaError(outage.failure.code, {
      what: `${outage.failure.message}, for ${showDuration(patience)} now`,
      data: 'Nothing is lost: what was not finished is finished by the next run.',
      ...(outage.failure.remedy !== undefined && { remedy: outage.failure.remedy }),
      cause: outage.failure,
    });
    end();
  }, 250);
  return {
    check: () => {
      if (given !== undefined) throw given;
    },
    stop: () => {
      clearInterval(timer);
    },
  };
}

type Counts = Readonly<Record<ImageState, number>>;

function progressSince(before: Counts, now: Counts): { done: number; total: number } {
  const ended = ({ done, rejected, failed, superseded, skipped }: Counts): number =>
    done + rejected + failed + superseded + skipped;
  const done = Math.max(0, ended(now) - ended(before));
  return { done, total: done + now.queued + now.processing };
}

function noteOf(tally: Tally): { note?: string } {
  const aside = tally.rejected + tally.failed;
  return aside === 0 ? {} : { note: `${aside} set aside` };
}

function summarise(terminal: Terminal, tally: Tally, left: number, took: number): void {
  if (terminal.json) {
    terminal.line(jsonText({ event: 'summary', ...tally, left, milliseconds: Math.round(took) }));
    return;
  }
  const aside = tally.rejected + tally.failed;
  if (tally.done + aside + tally.superseded + tally.skipped + left === 0) {
    terminal.line('Nothing to do: the input bucket has no new images.');
    return;
  }
  const rate = tally.done > 0 ? ` (${((tally.done * 1000) / took).toFixed(1)}/s)` : '';
  terminal.line(
    `${tally.done} ${tally.done === 1 ? 'image' : 'images'} done in ${showDuration(took)}${rate}.`,
  );
  if (aside > 0)
    terminal.line(
      `${aside} set aside, still in the input bucket: \`kuva log --state rejected failed\` tells why.`,
    );
  if (tally.skipped > 0)
    terminal.line(`${tally.skipped} left alone by a rule: \`kuva log --state skipped\` lists them.`);
  if (tally.superseded > 0)
    terminal.line(`${tally.superseded} replaced or removed by their owner meanwhile.`);
  if (left > 0) terminal.line(`${left} left for the next run.`);
}
