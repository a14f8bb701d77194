/** A login to one cloud that lasts: it gets a token, renews it, finds each service, and asks it. */
import type { z } from 'zod';
import { KuvaError } from '../../image/failure.ts';
import { authBody, type Identity, identitySchema } from './auth.ts';
import { endpointOf, findEndpoint, type ServiceType } from './catalogue.ts';
import { type CloudClock, systemCloudClock } from './clock.ts';
import { exchange, type WireAnswer, type WireRequest } from './exchange.ts';
import type { CloudLogin } from './login.ts';
import { loginFailure } from './loginFailure.ts';
import { readRefusal, type Refusal } from './refusal.ts';
import { CloudRefused } from './refusalFailure.ts';
import { mayRepeat, pauseBefore, tries } from './retry.ts';

/** A request to one service. */
export interface CloudRequest {
  readonly service: ServiceType | 'identity';
  readonly method: WireRequest['method'];
  /** Below the service's address, with its slash, percent-encoded where it must be. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: object;
  /** "creating the server kuva-1": for messages. */
  readonly doing: string;
  /** To do it twice does what once does. Left out: true of everything but a POST and a PATCH. */
  readonly repeatable?: boolean;
  /** Refusals that the caller understands: given back instead of thrown. */
  readonly allow?: readonly number[];
}

export interface CloudAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
  /** Set when the status is one of those allowed beside success. */
  readonly refusal?: Refusal;
}

/** One exchange, for a log. Never a header and never a body: they hold secrets. */
export interface SeenExchange {
  readonly method: string;
  readonly url: string;
  /** 0: no answer came. */
  readonly status: number;
  readonly milliseconds: number;
}

export interface SessionOptions {
  readonly clock?: CloudClock;
  /** Ends whatever is under way, as `interrupted`. */
  readonly signal?: AbortSignal;
  /** Milliseconds for each request, 60 s when left out: Trove lists with 0.9 s an instance on a slow machine. */
  readonly timeout?: number;
  readonly seen?: (exchange: SeenExchange) => void;
}

export interface CloudSession {
  readonly login: CloudLogin;
  readonly clock: CloudClock;
  readonly signal: AbortSignal | undefined;
  /**
   * Who the login is. Logs in if need be.
   * @throws KuvaError `cloud-denied`, `cloud-unreachable`, `cloud-protocol`
   */
  identity(): Promise<Identity>;
  /** Milliseconds that this machine's clock is ahead of the cloud's; 0 as far as one login can tell. */
  clockAhead(): Promise<number>;
  /** Does the catalogue have the service? */
  has(service: ServiceType): Promise<boolean>;
  /** @throws KuvaError `cloud-service-missing` */
  endpoint(service: ServiceType): Promise<URL>;
  /** @throws CloudRefused, CloudSilent, KuvaError `cloud-service-missing`, `interrupted`, and what `identity` throws */
  send(request: CloudRequest): Promise<CloudAnswer>;
  /** The same, with the answer's body parsed. @throws KuvaError `cloud-protocol` as well */
  ask<T>(request: CloudRequest, schema: z.ZodType<T>): Promise<T>;
  /** The same; undefined where there is no such thing. */
  find<T>(request: CloudRequest, schema: z.ZodType<T>): Promise<T | undefined>;
}

/** Milliseconds before a token's end at which another is got: longer than any request takes. */
const renewBefore = 120_000;

interface Token {
  readonly text: string;
  readonly identity: Identity;
  /** By the clock's monotonic time. */
  readonly ends: number;
  readonly clockAhead: number;
}

/** Logs in at the first request. */
export function openSession(login: CloudLogin, options: SessionOptions = {}): CloudSession {
  const { clock = systemCloudClock, signal, timeout = 60_000, seen = () => undefined } = options;
  const limits = { timeout, ...(signal !== undefined && { signal }) };
  let token: Promise<Token> | undefined;

  const once = async (request: WireRequest): Promise<WireAnswer> => {
    const began = clock.monotonic();
    let status = 0;
    try {
      const answer = await exchange(request, limits);
      status = answer.status;
      return answer;
    } finally {
      const { method, url } = request;
      seen({ method, url: url.href, status, milliseconds: clock.monotonic() - began });
    }
  };

  /** Sends until an answer is one that another try will not change. */
  const patiently = async (request: WireRequest, repeatable: boolean): Promise<WireAnswer> => {
    for (let number = 1; ; number += 1) {
      let outcome: WireAnswer | KuvaError;
      try {
        outcome = await once(request);
      } catch (thrown) {
        if (!(thrown instanceof KuvaError)) throw thrown;
        outcome = thrown;
      }
      if (number === tries || !mayRepeat(outcome, repeatable)) {
        if (outcome instanceof KuvaError) throw outcome;
        return outcome;
      }
      await clock.pause(pauseBefore(number, outcome), signal);
    }
  };

  const logIn = async (): Promise<Token> => {
    const url = new URL(`${login.authUrl.href}/auth/tokens`);
    const doing = `logging in to ${login.name}`;
    const began = clock.now();
    const answer = await patiently({ method: 'POST', url, headers: {}, body: authBody(login), doing }, true);
    if (answer.status !== 201 && answer.status !== 200) throw loginFailure(login, answer);
    const text = answer.headers.get('x-subject-token');
    const identity = understand(answer, identitySchema, doing);
    if (text === null) throw senseless(doing, 'there is no token in it');
    return {
      text,
      identity,
      ends: clock.monotonic() + identity.lifetime - renewBefore,
      clockAhead: skew(began, clock.now(), identity.issued),
    };
  };

  const current = async (): Promise<Token> => {
    const held = token;
    if (held !== undefined) {
      const found = await held;
      if (clock.monotonic() < found.ends) return found;
      if (token === held) token = undefined;
    }
    // One login for all who ask at the same time; one that failed is not kept.
    token ??= logIn().catch((thrown: unknown) => {
      token = undefined;
      throw thrown;
    });
    return token;
  };

  const addressOf = ({ identity }: Token, { service, path, query = {} }: CloudRequest): URL => {
    const base = service === 'identity' ? login.authUrl : endpointOf(identity.catalogue, service, login);
    const url = new URL(`${base.href.replace(/\/$/, '')}${path}`);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, value);
    return url;
  };

  const send = async (request: CloudRequest): Promise<CloudAnswer> => {
    const { method, body, doing, allow = [] } = request;
    const repeatable = request.repeatable ?? !['POST', 'PATCH'].includes(method);
    for (let isSecond = false; ; isSecond = true) {
      const held = await current();
      const answer = await patiently(
        {
          method,
          url: addressOf(held, request),
          headers: { 'x-auth-token': held.text, ...request.headers },
          doing,
          ...(body !== undefined && { body }),
        },
        repeatable,
      );
      // A token may end early: revoked, or its Keystone restarted.
      if (answer.status === 401 && !isSecond) {
        token = undefined;
        continue;
      }
      if (answer.status >= 200 && answer.status < 300) return answer;
      const refusal = readRefusal(answer.status, answer.body);
      if (allow.includes(answer.status)) return { ...answer, refusal };
      throw new CloudRefused(refusal, doing, answer.headers.has('retry-after'));
    }
  };

  return {
    login,
    clock,
    signal,
    send,
    identity: async () => (await current()).identity,
    clockAhead: async () => (await current()).clockAhead,
    has: async (service) => findEndpoint((await current()).identity.catalogue, service, login) !== undefined,
    endpoint: async (service) => endpointOf((await current()).identity.catalogue, service, login),
    ask: async (request, schema) => understand(await send(request), schema, request.doing),
    find: async (request, schema) => {
      const answer = await send({ ...request, allow: [...(request.allow ?? []), 404] });
      return answer.status === 404 ? undefined : understand(answer, schema, request.doing);
    },
  };
}

/** What an answer says. @throws KuvaError `cloud-protocol` */
export function understand<T>({ body }: Pick<CloudAnswer, 'body'>, schema: z.ZodType<T>, doing: string): T {
  const { data, error } = schema.safeParse(body);
  if (error === undefined) return data;
  const [issue] = error.issues;
  throw senseless(doing, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not understood'}`);
}

function senseless(doing: string, why: string): KuvaError {
  return new KuvaError('cloud-protocol', {
    what: `The answer of the cloud while ${doing} makes no sense: ${why}`,
    remedy: 'Check auth_url; if it is an OpenStack cloud, please report it with its name and release.',
  });
}

/** The token was made between our two looks at our clock; where it says another time, the clocks differ by so much at least. */
function skew(before: number, after: number, issued: number): number {
  if (after < issued) return after - issued;
  return before > issued ? before - issued : 0;
}
