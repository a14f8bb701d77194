/** The errors of decoding in a process of its own. */
import { KuvaError } from '../../image/failure.ts';
import { showBytes, showDuration } from '../../image/quantity.ts';
import { describeEnding, type Ending } from './ending.ts';
import type { TransformFailure } from './messages.ts';

const stays = 'The input stays where it is, and nothing was written. Other images were not touched by it.';

const tryAlone =
  'It is tried again. If it fails every time, open it in an image viewer: it is damaged, or was made to do harm. `kuva try` shows what happens to it alone.';

/** The decoder died of this image. */
export function crashed(ending: Ending): KuvaError {
  return new KuvaError('transform-crashed', {
    what: `The image crashed its decoder (${describeEnding(ending)})`,
    data: stays,
    remedy: tryAlone,
  });
}

/** @param limit bytes that the decoder may have had in all */
export function tookTooMuch(bytes: number, limit: number): KuvaError {
  return new KuvaError('transform-crashed', {
    what: `Decoding the image took ${showBytes(bytes)} of memory, where an image of its size needs less than ${showBytes(limit)}, and was stopped`,
    data: stays,
    remedy: tryAlone,
  });
}

/** @param milliseconds that it had */
export function hung(milliseconds: number): KuvaError {
  return new KuvaError('transform-timeout', {
    what: `The image took longer than the time limit of ${showDuration(milliseconds)} and could not be interrupted: its decoder was stopped`,
    data: stays,
    remedy: `Raise limits.time in the configuration if the image is sound and merely large. ${tryAlone}`,
  });
}

export function spokeNonsense(why: string): KuvaError {
  return new KuvaError('transform-crashed', {
    what: `The image made its decoder answer nonsense (${why}), and it was stopped`,
    data: stays,
    remedy: tryAlone,
  });
}

/** No decoder starts on this machine: no image is to blame. */
export function unavailable(why: string): KuvaError {
  return new KuvaError('decoder-unavailable', {
    what: `No image decoder starts on this machine (${why})`,
    data: 'The images wait; none of them is blamed for it.',
    remedy:
      'Install kuva again with `npm ci` (or `npm install -g kuvaputki`) on this kind of machine, look at its free memory, and start kuva again after an upgrade.',
  });
}

export function stopped(cause: unknown): KuvaError {
  return new KuvaError('interrupted', {
    what: 'Transforming the image was stopped',
    data: 'The input stays where it is, and nothing was written.',
    cause,
  });
}

/** What the decoder said of the image, as the error that it was there. */
export function toldFailure({ code, what, data, remedy, cause }: TransformFailure): KuvaError {
  return new KuvaError(code, {
    what,
    ...(data !== undefined && { data }),
    ...(remedy !== undefined && { remedy }),
    ...(cause !== undefined && { cause }),
  });
}
