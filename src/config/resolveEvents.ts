import type { EventsForm } from '../web/eventsConfig.ts';
import { isLoopback } from '../web/listen.ts';
import type { EventsChoice, HttpChoice, Place } from './config.ts';
import type { Complaint } from './mistake.ts';
import { findNamedSecret } from './secrets/namedSecret.ts';
import type { Surroundings } from './surroundings.ts';
import { showFound } from './wording.ts';

const shortestSecret = 16;
const longestSecret = 256;

export interface ResolvedEvents {
  readonly events?: EventsChoice;
  readonly complaints: readonly Complaint[];
  readonly notes: readonly string[];
}

export interface EventsContext {
  readonly form: EventsForm | undefined;
  readonly input: Place | undefined;
  readonly http: HttpChoice;
  /** Folder that `secret_file` starts from. */
  readonly base: string;
}

export function resolveEvents(
  { form, input, http, base }: EventsContext,
  around: Surroundings,
): ResolvedEvents {
  if (form === undefined) return { complaints: [], notes: [] };
  const complaints: Complaint[] = [];
  const complain = (key: keyof EventsForm, what: string, more: Partial<Complaint> = {}): void => {
    complaints.push({ path: ['events', key], part: 'value', what, ...more });
  };
  const { secret, fault, note } = findNamedSecret(
    { reference: form.secret, file: form.secret_file, base },
    around,
  );
  const key = form.secret === undefined ? 'secret_file' : 'secret';
  if (fault !== undefined) complain(fault.at === 'reference' ? 'secret' : 'secret_file', fault.what);
  else if (secret === undefined) {
    complaints.push({
      path: ['events'],
      part: 'key',
      what: 'events need a secret that they bear, or anybody could send them',
      expected: 'secret: or secret_file: as well',
    });
  } else if (!/^[\x21-\x7e]+$/.test(secret.reveal()))
    complain(key, 'this secret has spaces, line ends or letters beyond ASCII');
  else if (secret.reveal().length < shortestSecret || secret.reveal().length > longestSecret) {
    complain(key, 'this secret is too short to be safe, or longer than an object store keeps', {
      expected: `${shortestSecret} to ${longestSecret} characters, such as \`openssl rand -hex 20\` prints`,
    });
  }
  if (input?.kind === 'folder') {
    complain(
      'url',
      'events come from an object store, and the input is a folder, whose changes are seen anyway',
      {
        found: showFound(form.url, ['events', 'url']),
      },
    );
  }
  if (http.listen === 'off') {
    complain('url', 'events are received by the HTTP server, which `http: listen: off` turns off', {
      expected: 'an address in http: listen:',
    });
  }
  const url = new URL(form.url);
  const notes = note === undefined ? [] : [note];
  const here = http.listen === 'auto' || (http.listen !== 'off' && isLoopback(http.listen.host));
  if (here && !isLoopback(url.hostname.replace(/^\[|\]$/g, '')) && url.hostname !== 'localhost') {
    notes.push(
      'Events: `http: listen:` is an address of this machine alone, so that an object store elsewhere cannot reach it. Set it to one that it can, e.g. :9464.',
    );
  }
  return {
    ...(secret !== undefined && { events: { url, secret, poll: form.poll } }),
    complaints,
    notes,
  };
}
