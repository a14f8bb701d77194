import type { JSX } from 'preact';
import { titleOfCode } from '../image/Reason.tsx';
import type { ImageLine } from '../server/answers.ts';
import { inPage } from '../server/place.ts';
import { showBytes, showTime, splitKey } from '../show.ts';
import { about } from '../state/live.ts';
import { RetryButton } from './RetryButton.tsx';
import { Thumb } from './Thumb.tsx';

interface AsideRowProps {
  readonly line: ImageLine;
  readonly chosen: boolean;
  readonly onChoose: (on: boolean) => void;
  readonly onDone: () => void;
}

export function AsideRow({ line, chosen, onChoose, onDone }: AsideRowProps): JSX.Element {
  const { folder, name } = splitKey(line.key);
  return (
    <li class="aside-row">
      {about.value?.readOnly === false && (
        <input
          type="checkbox"
          checked={chosen}
          aria-label={`Choose ${name}`}
          onChange={(event) => {
            onChoose(event.currentTarget.checked);
          }}
        />
      )}
      <Thumb id={line.id} side="before" />
      <div class="aside-words">
        <h2>
          <a href={inPage(`/images/${line.id}`)}>
            <span class="folder">{folder}</span>
            {name}
          </a>
        </h2>
        <p>
          <b>{line.code === undefined ? 'Set aside' : titleOfCode(line.code)}.</b> {line.what}
        </p>
        {line.remedy !== undefined && <p class="remedy">{line.remedy}</p>}
        <p class="hint">
          {line.state}, {showTime(line.at)}, {showBytes(line.bytes)}
        </p>
      </div>
      <RetryButton ids={[line.id]} label="Try again" onDone={onDone} />
    </li>
  );
}
