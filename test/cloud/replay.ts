/**
 * A cloud that answers what a real one has answered: stock OpenStack (Zed), recorded request by request. It checks that each
 * request is the expected one, and needs no cloud.
 */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import path from 'node:path';
import { afterEach, expect } from 'vitest';
import { z } from 'zod';
import { Secret } from '../../src/image/secret.ts';
import type { CloudClock } from '../../src/cloud/session/clock.ts';
import type { CloudLogin } from '../../src/cloud/session/login.ts';
import { type CloudSession, openSession, type SessionOptions } from '../../src/cloud/session/session.ts';

const recordingSchema = z.array(
  z.object({
    title: z.string(),
    method: z.string(),
    path: z.string(),
    sent: z.unknown().optional(),
    status: z.number(),
    type: z.string(),
    body: z.unknown().optional(),
  }),
);

type Recording = z.infer<typeof recordingSchema>[number];
type Subject = 'identity' | 'compute' | 'network' | 'image' | 'database';

/** What a real server once answered, by the title of its recording. */
export function recorded(subject: Subject, title: string): Recording {
  const file = path.join(import.meta.dirname, 'recordings', `${subject}.json`);
  const all = recordingSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const found = all.find((one) => one.title === title);
  if (found === undefined) throw new Error(`no recording "${title}" in ${file}`);
  return found;
}

/** One answer, and the request that it is expected to answer. */
export interface Step {
  readonly subject?: Subject;
  /** The recording's title. */
  readonly title?: string;
  /** Other than in the recording. */
  readonly method?: string;
  readonly path?: string;
  readonly sent?: unknown;
  /** What is sent is not compared. */
  readonly anySent?: boolean;
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The connection is broken off instead of an answer. */
  readonly cut?: boolean;
}

export interface Heard {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly sent: unknown;
}

export interface Replay {
  readonly login: CloudLogin;
  readonly heard: readonly Heard[];
  /** Milliseconds of every pause that the client made; none of them took time. */
  readonly pauses: readonly number[];
  readonly clock: CloudClock;
  readonly open: (options?: SessionOptions, login?: Partial<CloudLogin>) => CloudSession;
  /** Fails if an answer was left over. */
  readonly done: () => void;
}

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

const asToken: Step = { subject: 'identity', title: 'token' };

/**
 * @param steps in the order of the requests, as far as the client waits for one before it sends the next
 * @param noLogin the steps say what becomes of the login; else it succeeds
 */
export async function replay(steps: readonly Step[], noLogin = false): Promise<Replay> {
  const left = noLogin ? [...steps] : [asToken, ...steps];
  const heard: Heard[] = [];
  const wrong: unknown[] = [];
  const server = createServer((request, response) => {
    void readJson(request).then((sent) => {
      const asked: Heard = {
        method: request.method ?? '',
        path: decodeURIComponent(request.url ?? ''),
        headers: request.headers,
        sent,
      };
      heard.push(asked);
      const step = left.splice(
        Math.max(
          0,
          left.findIndex((one) => lineOf(one) === lineAsked(asked)),
        ),
        1,
      )[0];
      if (step === undefined) {
        wrong.push(new Error(`nothing more was expected: ${asked.method} ${asked.path}`));
        response.writeHead(500).end();
        return;
      }
      const like = likeOf(step);
      try {
        expect(lineAsked(asked)).toBe(lineOf(step));
        if (step !== asToken && step.anySent !== true && (step.sent ?? like?.sent) !== undefined) {
          expect(asked.sent).toEqual(step.sent ?? like?.sent);
        }
      } catch (thrown) {
        wrong.push(thrown);
      }
      if (step.cut === true) {
        request.socket.destroy();
        return;
      }
      const body = step.body ?? like?.body;
      const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
      response.writeHead(step.status ?? like?.status ?? 200, {
        'content-type': like?.type ?? (typeof body === 'string' ? 'text/html' : 'application/json'),
        ...(asked.path.endsWith('/auth/tokens') && { 'x-subject-token': `token-${heard.length}` }),
        ...step.headers,
      });
      // The services of one cloud differ by their paths, so that one server speaks for all.
      response.end(
        text
          .replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, origin)
          .replace('2026-11-23T20:08:38.000000Z', new Date().toISOString())
          .replace('2026-11-23T21:08:38.000000Z', new Date(Date.now() + 3_600_000).toISOString()),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const origin = `http://127.0.0.1:${address.port}`;
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(wrong).toEqual([]);
  });

  const pauses: number[] = [];
  let time = 0;
  const clock: CloudClock = {
    now: () => Date.now(),
    monotonic: () => time,
    pause: (milliseconds) => {
      pauses.push(milliseconds);
      time += milliseconds;
      return Promise.resolve();
    },
  };
  const login: CloudLogin = {
    name: 'lab',
    authUrl: new URL(`${origin}/v3`),
    region: 'regionOne',
    interface: 'public',
    auth: {
      method: 'password',
      user: { name: 'member', domain: { name: 'Default' } },
      password: new Secret('secret'),
      project: { name: 'project_2001234', domain: { name: 'Default' } },
    },
  };
  return {
    login,
    heard,
    pauses,
    clock,
    open: (options, other) => openSession({ ...login, ...other }, { clock, ...options }),
    done: () => {
      expect(wrong).toEqual([]);
      expect(left.map((step) => step.title ?? step.path)).toEqual([]);
    },
  };
}

function likeOf({ subject, title }: Step): Recording | undefined {
  return subject === undefined || title === undefined ? undefined : recorded(subject, title);
}

function lineOf(step: Step): string {
  const like = likeOf(step);
  return `${step.method ?? like?.method ?? ''} ${decodeURIComponent(step.path ?? like?.path ?? '')}`;
}

const lineAsked = ({ method, path: asked }: Heard): string => `${method} ${asked}`;

async function readJson(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  for await (const piece of request) if (Buffer.isBuffer(piece)) pieces.push(piece);
  const text = Buffer.concat(pieces).toString();
  return text === '' ? undefined : JSON.parse(text);
}

/** The project, instance and server of the recordings. */
export const ids = {
  project: '53d0febfebda42c59505b70565189b5e',
  user: '0927147f3d4c4ff68488ee8f2c002c53',
} as const;
