/** Images on their way from this browser into the input bucket, and on through the pipeline to their end. */
import { computed, signal } from '@preact/signals';
import type { ImageLine } from '../server/answers.ts';
import { refusalOf, saysKuva } from '../server/ask.ts';
import { inApi } from '../server/place.ts';
import { onImages } from './live.ts';
import { say } from './say.ts';

export type UploadState =
  | { readonly is: 'waiting' }
  | { readonly is: 'sending'; readonly sent: number }
  /** It lies in the bucket; the pipeline has it. */
  | { readonly is: 'stored' }
  | { readonly is: 'ended'; readonly line: ImageLine }
  | {
      readonly is: 'refused';
      readonly code: string;
      readonly what: string;
      readonly remedy: string | undefined;
    }
  | { readonly is: 'cancelled' };

export interface Upload {
  readonly number: number;
  readonly key: string;
  readonly file: File;
  readonly state: UploadState;
}

/** More at once would only share the same line. */
const atOnce = 3;
/** A list longer than this tells nobody anything; what is over goes first. */
const shown = 500;

export const uploads = signal<readonly Upload[]>([]);
export const trayOpen = signal(false);
export const underWay = computed(() => uploads.value.filter(({ state }) => isOpen(state)).length);

const requests = new Map<number, XMLHttpRequest>();
let count = 0;

export interface Chosen {
  readonly file: File;
  /** With the folders that it was dropped in. */
  readonly path: string;
}

export function putIn(chosen: readonly Chosen[]): void {
  if (chosen.length === 0) return;
  const fresh = chosen.map(({ file, path }) => ({
    number: ++count,
    key: path,
    file,
    state: { is: 'waiting' } as const,
  }));
  const all = [...fresh, ...uploads.value];
  const open = all.filter(({ state }) => isOpen(state) || state.is === 'stored');
  uploads.value =
    all.length <= shown
      ? all
      : [...open, ...all.filter((one) => !open.includes(one))].slice(0, Math.max(shown, open.length));
  trayOpen.value = true;
  next();
}

export function cancel(number: number): void {
  requests.get(number)?.abort();
  change(number, { is: 'cancelled' });
  next();
}

export function cancelAll(): void {
  for (const { number, state } of uploads.value)
    if (state.is === 'waiting') change(number, { is: 'cancelled' });
  for (const number of [...requests.keys()]) cancel(number);
}

/** The same file once more; `overwrite`: where another object has that name, that one goes. */
export function sendAgain(number: number, overwrite: boolean): void {
  change(number, { is: 'waiting' });
  if (overwrite) replacing.add(number);
  next();
}

export function clearEnded(): void {
  uploads.value = uploads.value.filter(({ state }) => isOpen(state) || state.is === 'stored');
}

const replacing = new Set<number>();

function next(): void {
  const waiting = uploads.value.filter(({ state }) => state.is === 'waiting').reverse();
  for (const upload of waiting.slice(0, atOnce - requests.size)) start(upload);
}

/** XMLHttpRequest, as fetch tells nothing of how much was sent. */
function start({ number, key, file }: Upload): void {
  const request = new XMLHttpRequest();
  requests.set(number, request);
  change(number, { is: 'sending', sent: 0 });
  const path = key.split('/').map(encodeURIComponent).join('%2F');
  request.open('PUT', inApi(`uploads/${path}${replacing.has(number) ? '?overwrite=1' : ''}`));
  for (const [name, value] of Object.entries(saysKuva)) request.setRequestHeader(name, value);
  request.setRequestHeader('Content-Type', 'application/octet-stream');
  request.upload.onprogress = ({ loaded }) => {
    if (requests.has(number)) change(number, { is: 'sending', sent: loaded });
  };
  const end = (state: UploadState): void => {
    requests.delete(number);
    change(number, state);
    if (state.is === 'refused') say(`${key} was not put in: ${state.what}`, 'bad');
    else if (requests.size === 0 && underWay.value === 0) say('All images are put in.');
    next();
  };
  request.onload = () => {
    if (request.status >= 200 && request.status < 300) {
      end(ended.get(key) ?? { is: 'stored' });
      return;
    }
    const { code, message, remedy } = refusalOf(request.status, parse(request.responseText));
    end({ is: 'refused', code, what: message, remedy });
  };
  request.onerror = () => {
    end({
      is: 'refused',
      code: 'cut-off',
      what: 'The line broke before everything was sent',
      remedy: 'Nothing of it was stored. Send it again when the server answers.',
    });
  };
  request.onabort = () => {
    requests.delete(number);
    next();
  };
  request.send(file);
}

/** An image can come to its end before the browser hears that it was stored. */
const ended = new Map<string, UploadState>();

export function followUploads(): void {
  onImages((lines) => {
    for (const line of lines) {
      const upload = uploads.value.find(
        ({ key, state }) => key === line.key && (state.is === 'stored' || state.is === 'sending'),
      );
      if (upload === undefined || line.state === 'queued' || line.state === 'processing') continue;
      if (upload.state.is === 'stored') change(upload.number, { is: 'ended', line });
      else ended.set(line.key, { is: 'ended', line });
    }
  });
}

function change(number: number, state: UploadState): void {
  uploads.value = uploads.value.map((upload) => (upload.number === number ? { ...upload, state } : upload));
}

function isOpen({ is }: UploadState): boolean {
  return is === 'waiting' || is === 'sending';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
