import type { ComponentChildren, JSX } from 'preact';
import { inPage } from '../server/place.ts';
import { plural, showAge, showCount, showDuration, showRate } from '../show.ts';
import { status } from '../state/live.ts';
import { ageOf } from '../state/now.ts';

/** The belt: arriving → in work → done, and what was set aside on the way. */
export function Stations(): JSX.Element {
  const now = status.value;
  const counts = now?.counts;
  const aside = counts === undefined ? undefined : counts.rejected + counts.failed;
  const moving = counts !== undefined && counts.processing > 0;
  const alive = now?.workers.filter((worker) => worker.alive).length ?? 0;
  return (
    <section class={moving ? 'stations moving' : 'stations'} aria-label="How it goes">
      <Station name="arriving" title="Arriving" count={counts?.queued}>
        {now === undefined || counts === undefined ? null : counts.queued === 0 ? (
          'nothing waits'
        ) : now.oldestQueuedAt === undefined ? (
          'waiting'
        ) : (
          <>the oldest waits {showAge(ageOf(now.oldestQueuedAt))}</>
        )}
      </Station>
      <Station name="working" title="In work" count={counts?.processing}>
        {now !== undefined &&
          (alive === 0 ? <b class="warn">no worker is running</b> : <>on {plural(alive, 'worker')}</>)}
      </Station>
      <Station name="done" title="Done" count={counts?.done}>
        {now !== undefined && <Speed />}
      </Station>
      <Station name="aside" title="Set aside" count={aside} href="/set-aside">
        {aside === undefined ? null : aside === 0 ? 'no image needs you' : 'each with its reason'}
      </Station>
    </section>
  );
}

interface StationProps {
  readonly name: 'arriving' | 'working' | 'done' | 'aside';
  readonly title: string;
  readonly count: number | undefined;
  readonly href?: string;
  readonly children: ComponentChildren;
}

function Station({ name, title, count, href, children }: StationProps): JSX.Element {
  const empty = name === 'aside' && (count ?? 0) === 0;
  return (
    <div class={`station ${name}${empty ? ' empty' : ''}`}>
      <span class="track" aria-hidden="true" />
      <h2>{href === undefined ? title : <a href={inPage(href)}>{title}</a>}</h2>
      <p class="figure">{count === undefined ? <span class="unknown">–</span> : showCount(count)}</p>
      <p class="detail">{children}</p>
    </div>
  );
}

function Speed(): JSX.Element {
  const now = status.value;
  if (now === undefined) return <></>;
  if (now.rate === null) {
    return now.lastDoneAt === undefined ? (
      <>none yet</>
    ) : (
      <>the last one {showAge(ageOf(now.lastDoneAt))} ago</>
    );
  }
  const { value, unit } = showRate(now.rate);
  return (
    <>
      <b>
        {value} {unit}
      </b>
      {now.secondsLeft !== null && <>, about {showDuration(now.secondsLeft * 1000)} left</>}
    </>
  );
}
