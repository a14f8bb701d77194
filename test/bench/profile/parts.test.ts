import { describe, expect, it } from 'vitest';
import { describeFrame, elsewhere, partOf } from '../../../bench/profile/parts.ts';

const frame = (url: string, name = 'f') => ({ name, url, line: 3 });
const part = (url: string, name?: string) => partOf({ frame: frame(url, name), callers: [] });

describe('the part that a function belongs to', () => {
  it.each([
    ['file:///p/src/store/s3/client.ts', 'store'],
    ['/p/node_modules/undici/lib/dispatcher/client.js', 'store'],
    ['file:///p/src/ledger/commit.ts', 'ledger'],
    ['file:///p/src/ledger/queue.ts', 'queue'],
    ['/p/node_modules/graphile-worker/dist/main.js', 'queue'],
    ['/p/node_modules/pg-protocol/dist/parser.js', 'ledger'],
    ['node:internal/crypto/hash', 'hash'],
    ['wasm://wasm/1234', 'transform'],
    ['file:///p/src/transform/jpeg/header.ts', 'transform'],
    ['file:///p/src/pipeline/worker.ts', 'pipeline'],
    ['node:internal/modules/esm/loader', 'start'],
    ['node:net', elsewhere],
  ])('%s: %s', (url, expected) => {
    expect(part(url)).toBe(expected);
  });

  it('is told by its name where there is no file, and by nothing that merely has such a name', () => {
    expect(part('', '(garbage collector)')).toBe('garbage collection');
    expect(part('', '(program)')).toBe('native code');
    expect(part('', 'constructor')).toBe(elsewhere);
  });
});

describe('a function in words', () => {
  it('has its file without the folders that all have', () => {
    expect(describeFrame(frame('file:///a/b/src/store/s3/read.ts', 'get'))).toBe('get (store/s3/read.ts:3)');
    expect(describeFrame(frame('/a/node_modules/pg/lib/query.js', ''))).toBe(
      'a function without a name (pg/lib/query.js:3)',
    );
    expect(describeFrame(frame('wasm://wasm/00ab', 'negate'))).toBe('negate (WebAssembly:3)');
    expect(describeFrame(frame('', '(program)'))).toBe('(program)');
  });
});
