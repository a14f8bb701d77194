/** The errors of own steps. What a program or module says is a stranger's text: it is shown on one line, escaped. */
import { KuvaError } from '../../image/failure.ts';
import { visible } from '../../image/visible.ts';

const stays = 'The input stays where it is, and nothing was written.';

/** It may do better another time. */
export function stepFailed(what: string, cause?: unknown): KuvaError {
  return new KuvaError('step-failed', {
    what,
    data: stays,
    remedy:
      'It is tried again. `kuva try` shows what the step does to this image alone; then use `kuva retry`.',
    cause,
  });
}

/** The step itself says that this image can never be done. */
export function stepRejected(what: string): KuvaError {
  return new KuvaError('step-rejected', {
    what,
    data: stays,
    remedy: 'If the step is mistaken, correct it and use `kuva retry`.',
  });
}

/** No image is to blame: the step cannot be run as it is. */
export function stepUnavailable(what: string, remedy: string, cause?: unknown): KuvaError {
  return new KuvaError('step-unavailable', {
    what,
    data: 'The images wait; none of them is blamed for it.',
    remedy,
    cause,
  });
}

export function stepTimedOut(what: string): KuvaError {
  return new KuvaError('transform-timeout', {
    what,
    data: stays,
    remedy: 'Raise `time` of the step in the recipe if it needs longer.',
  });
}

/** The recipe has a mistake that shows when its files are looked at. */
export function stepInvalid(what: string, remedy: string, cause?: unknown): KuvaError {
  return new KuvaError('config-invalid', { what, data: 'No image was touched.', remedy, cause });
}

/** The end of what a program said, on one line, with whatever steers a terminal made visible. */
export function lastLines(text: string): string {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
  return visible(lines.slice(-5).join(' | ').replaceAll('\t', ' ')).slice(-600);
}
