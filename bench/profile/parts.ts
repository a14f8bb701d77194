/** Which part of the work a function belongs to, in words that need no knowledge of the source. */
import type { Frame, SelfTime } from './cpuProfile.ts';

/** The first that fits a file says what is done there. */
const places: readonly (readonly [RegExp, string])[] = [
  [/node:internal\/crypto\//, 'hash'],
  [/^wasm:|\/src\/transform\/|\/node_modules\/sharp\//, 'transform'],
  [/\/src\/store\/|\/node_modules\/(undici|@smithy|fast-xml-parser)\//, 'store'],
  [
    /\/node_modules\/graphile-worker\/|\/src\/ledger\/(queue|runner|getJob|jobsPool|graphile|rescue|lead)\.ts/,
    'queue',
  ],
  [/\/src\/ledger\/|\/node_modules\/(pg|pg-[a-z]+|pgpass|postgres-[a-z]+)\//, 'ledger'],
  [/\/src\/pipeline\/(hash|readInput)\.ts/, 'hash'],
  [/\/src\/pipeline\//, 'pipeline'],
  [/\/src\/(cli|web|alerts|dashboard)\/|\/node_modules\/(pino|hono|@hono|prom-client)\//, 'log and display'],
  [/node:internal\/modules\/|\/src\/config\/|\/node_modules\/(yaml|commander)\//, 'start'],
];

/** What is no JavaScript has no file. */
const special = new Map([
  ['(garbage collector)', 'garbage collection'],
  ['(program)', 'native code'],
]);

export const elsewhere = "Node's sockets, streams and timers";

/** The function's own file decides; where that is Node's or a library's of everybody, the nearest caller that has a part. */
export function partOf({ frame, callers }: Pick<SelfTime, 'frame' | 'callers'>): string {
  const named = special.get(frame.name);
  if (named !== undefined) return named;
  for (const { url } of [frame, ...callers]) {
    const place = places.find(([pattern]) => pattern.test(url));
    if (place !== undefined) return place[1];
  }
  return elsewhere;
}

/** E.g. `parseHeader (store/s3/exchange.js:42)`. */
export function describeFrame({ name, url, line }: Frame): string {
  const called = name === '' ? 'a function without a name' : name;
  if (url === '') return called;
  const file = url
    .replace(/^.*\/node_modules\/(?=[^/]+)/, '')
    .replace(/^.*\/src\//, '')
    .replace(/^file:\/\//, '')
    .replace(/^wasm:.*$/, 'WebAssembly')
    .replace(/\?.*$/, '');
  return `${called} (${file}:${line})`;
}
