/** The program of a thread that negates JPEGs in their coded data, one at a time. */
import { createHash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { toKuvaError } from '../../image/failure.ts';
import { prepareEntropy } from '../jpeg/entropy/machine.ts';
import { negateWithin } from '../jpeg/negation.ts';
import { readJpegHeader } from '../jpeg/header.ts';
import { jpegSegments } from '../jpeg/segments.ts';
import { timeBudget } from '../time.ts';
import { alone } from './alone.ts';
import { type CodedRequest, requestSchema } from './messages.ts';

prepareEntropy();

parentPort?.on('message', (message: unknown) => {
  const { bytes, room, ...rest } = requestSchema.parse(message);
  const memory = bytes.buffer;
  if (!(memory instanceof ArrayBuffer)) throw new TypeError('the bytes of a request must not be shared');
  const end = negated(bytes, room, rest);
  const made = end.answer === 'negated' ? [end.bytes.buffer] : [];
  const unused = made.includes(room) ? {} : { room };
  // Handed over, not copied: nobody here needs them again. Where the result lies in the room, that is one memory.
  parentPort?.postMessage({ ...end, memory, ...unused }, [...new Set([memory, room, ...made])]);
});

type End =
  | { readonly answer: 'negated'; readonly bytes: Uint8Array<ArrayBuffer>; readonly sha256: string }
  | { readonly answer: 'left' | 'late' };

function negated(
  bytes: Uint8Array,
  room: ArrayBuffer,
  { granted, time, ...facts }: Omit<CodedRequest, 'bytes'>,
): End {
  const budget = timeBudget(time);
  const check = (): void => {
    budget.check();
  };
  try {
    const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const made = negateWithin(source, facts, granted, { check, room });
    if (!('bytes' in made) || !isWhole(made.bytes, facts)) return { answer: 'left' };
    return {
      answer: 'negated',
      bytes: made.bytes.buffer === room ? new Uint8Array(room, 0, made.bytes.length) : alone(made.bytes),
      sha256: createHash('sha256').update(made.bytes).digest('hex'),
    };
  } catch (thrown) {
    // What else is wrong with it, a decoder tells in the same words as of every other file.
    return { answer: toKuvaError(thrown).code === 'transform-timeout' ? 'late' : 'left' };
  }
}

/** Reads back what was made: it goes on to its own end mark, and is of the size and colours that it should be. */
function isWhole(
  bytes: Buffer,
  { width, height, channels }: { readonly width: number; readonly height: number; readonly channels: number },
): boolean {
  const segments = jpegSegments(bytes);
  while (segments.next().done !== true);
  const made = readJpegHeader(bytes);
  return made.width === width && made.height === height && made.components.length === channels;
}
