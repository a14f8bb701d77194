import { KuvaError } from '../../image/failure.ts';
import { showBytes } from '../../image/quantity.ts';

/** A request's body, piece by piece. @throws KuvaError `image-too-large`, `interrupted` when the sender is gone */
export async function* bounded(
  stream: ReadableStream<Uint8Array>,
  largest: number,
): AsyncGenerator<Uint8Array, undefined> {
  const reader = stream.getReader();
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return undefined;
      bytes += value.length;
      if (bytes > largest) throw tooLarge(largest);
      yield value;
    }
  } catch (thrown) {
    if (thrown instanceof KuvaError) throw thrown;
    throw new KuvaError('interrupted', {
      what: 'The file was cut off on its way',
      data: 'Nothing was stored.',
      cause: thrown,
    });
  } finally {
    reader.releaseLock();
  }
}

export function tooLarge(largest: number): KuvaError {
  return new KuvaError('image-too-large', {
    what: `The file is larger than ${showBytes(largest)}, the most that is taken here`,
    data: 'Nothing was stored.',
    remedy: '`limits: bytes:` in kuva.yaml raises it, as far as the memory of the machine goes.',
  });
}
