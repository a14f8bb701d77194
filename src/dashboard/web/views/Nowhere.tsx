import type { JSX } from 'preact';

export function Nowhere(): JSX.Element {
  return (
    <div class="centre">
      <h1>There is nothing at this address</h1>
      <p>
        Images are found under <a href="/images">Find</a>; how it goes stands on <a href="/">the belt</a>.
      </p>
    </div>
  );
}
