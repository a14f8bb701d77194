import type { ComponentChildren, JSX } from 'preact';
import { Copy } from '../parts/Copy.tsx';
import type { ImageRecord } from '../server/answers.ts';
import { showBytes, showCount, showTime } from '../show.ts';

/** A row of the ledger: what proves what was made of the image. */
export function Proof({
  record,
  several,
}: {
  readonly record: ImageRecord;
  readonly several: boolean;
}): JSX.Element {
  const title = several ? `Ledger row ${record.id}: ${record.output}` : `Ledger row ${record.id}`;
  return (
    <section class="card proof" aria-label={title}>
      <h2>
        {title} <small>written {showTime(record.recordedAt)}</small>
      </h2>
      <div class="pair">
        <dl>
          <Fact name="Input" copy={record.image.key}>
            {record.image.bucket}/{record.image.key}
          </Fact>
          <Fact name="SHA-256" copy={record.inputSha256} mono>
            {record.inputSha256}
          </Fact>
          <Fact name="Size">
            {showBytes(record.inputBytes)} <span class="hint">({showCount(record.inputBytes)} bytes)</span>
          </Fact>
          <Fact name="Format">
            {record.inputFormat}, {record.inputWidth} × {record.inputHeight}
            {record.inputPages > 1 ? `, ${record.inputPages} pages` : ''}
          </Fact>
          <Fact name="ETag" copy={record.image.etag} mono>
            {record.image.etag}
          </Fact>
        </dl>
        <dl>
          <Fact name="Output" copy={record.outputKey}>
            {record.outputBucket}/{record.outputKey}
          </Fact>
          <Fact name="SHA-256" copy={record.outputSha256} mono>
            {record.outputSha256}
          </Fact>
          <Fact name="Size">
            {showBytes(record.outputBytes)} <span class="hint">({showCount(record.outputBytes)} bytes)</span>
          </Fact>
          <Fact name="Format">
            {record.outputFormat}, {record.outputWidth} × {record.outputHeight}
            {record.outputPages > 1 ? `, ${record.outputPages} pages` : ''}
          </Fact>
          <Fact name="ETag" copy={record.outputEtag} mono>
            {record.outputEtag}
          </Fact>
          {record.way !== undefined && (
            <Fact name="Made">
              {ways[record.way] ?? record.way}
              {record.wayReason !== undefined && <span class="hint"> ({record.wayReason})</span>}
            </Fact>
          )}
        </dl>
      </div>
      <details>
        <summary>
          Recipe <code>{record.recipeDigest.slice(0, 12)}</code>, attempt {record.attempt}
          {record.round > 1 ? `, round ${record.round}` : ''}
          {record.rule !== undefined && `, chosen by the rule ${record.rule}`}
        </summary>
        <div class="code">
          <pre tabIndex={0} aria-label="Recipe">
            {pretty(record.recipeText)}
          </pre>
          <Copy text={record.recipeText} what="the recipe" />
        </div>
      </details>
    </section>
  );
}

const ways: Readonly<Record<string, string>> = {
  copy: 'by copying its bytes',
  lossless: 'without decoding its pixels: nothing is lost',
  pixels: 'by decoding its pixels and encoding them again',
};

interface FactProps {
  readonly name: string;
  readonly copy?: string;
  readonly mono?: boolean;
  readonly children: ComponentChildren;
}

function Fact({ name, copy, mono = false, children }: FactProps): JSX.Element {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd class={mono ? 'mono' : ''}>
        <span>{children}</span>
        {copy !== undefined && (
          <Copy text={copy} what={name === 'SHA-256' ? 'the hash' : `the ${name.toLowerCase()}`} />
        )}
      </dd>
    </div>
  );
}

function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}
