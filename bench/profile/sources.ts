/** Which file of the source a function comes from: the program's own files hold many modules each (scripts/bundle.ts). */
import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

/** @param line from 0 @param column from 0 @returns the same for what has no map beside it */
export type FindSource = (place: SourcePlace) => SourcePlace;

export interface SourcePlace {
  readonly url: string;
  readonly line: number;
  readonly column: number;
}

/** Reads the map of each file once. */
export function sourceFinder(): FindSource {
  const maps = new Map<string, SourceMap | undefined>();
  return (place) => {
    if (!maps.has(place.url)) maps.set(place.url, readMap(place.url));
    const entry = maps.get(place.url)?.findEntry(place.line, place.column);
    if (entry === undefined || !('originalSource' in entry)) return place;
    const { originalSource, originalLine: line, originalColumn: column } = entry;
    return { url: new URL(originalSource, place.url).href, line, column };
  };
}

function readMap(url: string): SourceMap | undefined {
  if (!url.startsWith('file:')) return undefined;
  const file = `${fileURLToPath(url)}.map`;
  if (!existsSync(file)) return undefined;
  const map: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return isMap(map) ? new SourceMap(map) : undefined;
}

function isMap(value: unknown): value is ConstructorParameters<typeof SourceMap>[0] {
  return typeof value === 'object' && value !== null && 'mappings' in value && 'sources' in value;
}
