/** What the server answers, by its own schemas: types alone, nothing of them gets into the page. */
import type { About } from '../../api/schemas/about.ts';
import type { Retried } from '../../api/schemas/actions.ts';
import type { ImagesEvent } from '../../api/schemas/events.ts';
import type { History } from '../../api/schemas/history.ts';
import type { ImageDetail, ImageLine, ImageRecord, Images } from '../../api/schemas/images.ts';
import type { Histogram, Tried } from '../../api/schemas/previews.ts';
import type { OutageStatus, Status, WorkerStatus } from '../../api/schemas/status.ts';

export type {
  About,
  Histogram,
  History,
  ImageDetail,
  ImageLine,
  ImageRecord,
  OutageStatus,
  Status,
  Tried,
  WorkerStatus,
};

/** Every answer that the page reads. */
export interface Answers {
  readonly about: About;
  readonly histogram: Histogram;
  readonly history: History;
  readonly image: ImageDetail;
  readonly images: Images;
  readonly imagesEvent: ImagesEvent;
  readonly retried: Retried;
  readonly session: object;
  readonly status: Status;
  readonly tried: Tried;
}

/** What each of them has in any case. */
const marks = {
  about: ['pipeline', 'recipe'],
  histogram: [],
  history: ['step', 'done'],
  image: ['image', 'records'],
  images: ['images'],
  imagesEvent: ['images', 'total'],
  retried: ['queued'],
  session: [],
  status: ['counts', 'workers'],
  tried: ['before', 'outputs'],
} as const satisfies Record<keyof Answers, readonly string[]>;

/**
 * Is this that answer? Looks at what tells the answers apart, and no further: the server is the one that this page came
 * from, its own tests hold its answers to their schemas, and a schema library would double the size of the page.
 */
export function isAnswer<Name extends keyof Answers>(name: Name, value: unknown): value is Answers[Name] {
  return typeof value === 'object' && value !== null && marks[name].every((mark) => mark in value);
}
