import { KuvaError } from '../../src/image/failure.ts';
import { parseObjectKey } from '../../src/image/key.ts';
import type { ImageEvent } from '../../src/pipeline/event.ts';

export function anImage(key = 'folder/cat.jpg'): ImageEvent['image'] {
  return { pipeline: 'images', bucket: 'input_bucket', key: parseObjectKey(key), etag: 'abc' };
}

const about = { id: 7n, attempt: 2, size: 1000, durations: { wait: 3, get: 12, transform: 250 } } as const;

export function doneEvent(key?: string): ImageEvent {
  const outputs = [{ key: parseObjectKey('negated_cat.jpg'), sha256: 'ab', bytes: 600 }];
  return { kind: 'done', image: anImage(key), outputs, input: 'deleted', ...about };
}

export function failedEvent(
  kind: 'rejected' | 'failed' | 'attempt-failed' | 'postponed' | 'superseded' = 'failed',
  failure = new KuvaError('transform-failed', { what: 'It broke', data: 'It stays.', remedy: 'Look at it.' }),
  key?: string,
): ImageEvent {
  return { kind, image: anImage(key), failure, ...about };
}

export const lostEvent: ImageEvent = { kind: 'lost', image: anImage(), ...about };
