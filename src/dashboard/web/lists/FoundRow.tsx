import type { JSX } from 'preact';
import { StateMark } from '../parts/StateMark.tsx';
import type { ImageLine } from '../server/answers.ts';
import { inPage } from '../server/place.ts';
import { showBytes, showTime, splitKey } from '../show.ts';
import { Thumb } from './Thumb.tsx';

export function FoundRow({ line }: { readonly line: ImageLine }): JSX.Element {
  const { folder, name } = splitKey(line.key);
  return (
    <tr>
      <td class="thumb-cell">
        <Thumb id={line.id} side={line.state === 'done' ? 'after' : 'before'} />
      </td>
      <th scope="row">
        <a href={inPage(`/images/${line.id}`)} title={line.key}>
          <span class="folder">{folder}</span>
          {name}
        </a>
      </th>
      <td>
        <StateMark state={line.state} />
      </td>
      <td class="result" title={line.what ?? line.output}>
        {line.what ?? line.output}
      </td>
      <td class="number">{showBytes(line.outputBytes ?? line.bytes)}</td>
      <td class="number">{showTime(line.at)}</td>
    </tr>
  );
}
