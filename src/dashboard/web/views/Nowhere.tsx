import type { JSX } from 'preact';
import { inPage } from '../server/place.ts';

export function Nowhere(): JSX.Element {
  return (
    <div class="centre">
      <h1>There is nothing at this address</h1>
      <p>
        Images are found under <a href={inPage('/images')}>Find</a>; how it goes stands on{' '}
        <a href={inPage('/')}>the belt</a>.
      </p>
    </div>
  );
}
