import type { HttpForm } from '../web/config.ts';
import { isLoopback, type ListenAddress, parseListen, showListen } from '../web/listen.ts';
import type { HttpChoice } from './config.ts';
import type { Complaint } from './mistake.ts';
import { findNamedSecret } from './secrets/namedSecret.ts';
import type { Surroundings } from './surroundings.ts';
import { showFound } from './wording.ts';

/** A token that cannot be guessed: 16 characters of base64 are 96 bits. */
const shortestToken = 16;

export interface ResolvedHttp {
  readonly http: HttpChoice;
  readonly complaints: readonly Complaint[];
  readonly notes: readonly string[];
}

/** @param base folder that `token_file` starts from */
export function resolveHttp(form: HttpForm, base: string, around: Surroundings): ResolvedHttp {
  const complaints: Complaint[] = [];
  const complain = (key: keyof HttpForm, what: string, more: Partial<Complaint> = {}): void => {
    complaints.push({ path: ['http', key], part: 'value', what, ...more });
  };
  const listen = listenOf(form);
  if (listen === undefined) {
    complain('listen', 'this is no address to listen on', {
      found: showFound(form.listen, ['http', 'listen']),
      expected: '127.0.0.1:9464, [::1]:9464, :9464 (all addresses), a port, auto or off',
    });
  }
  const { secret, fault, note } = findNamedSecret(
    { reference: form.token, file: form.token_file, base },
    around,
  );
  const tokenKey = form.token === undefined ? 'token_file' : 'token';
  if (fault !== undefined) complain(fault.at === 'reference' ? 'token' : 'token_file', fault.what);
  if (secret !== undefined && !/^\S+$/.test(secret.reveal()))
    complain(tokenKey, 'a token has no spaces or line ends');
  else if (secret !== undefined && secret.reveal().length < shortestToken) {
    complain(tokenKey, 'this token is too short to be safe', {
      expected: `${shortestToken} characters or more, such as \`openssl rand -hex 20\` prints`,
    });
  }
  if (typeof listen === 'object' && !isLoopback(listen.host) && secret === undefined && fault === undefined) {
    complain('listen', `other machines can reach ${showListen(listen)}, so that a token is needed`, {
      expected: 'http: token: or token_file: as well, or an address such as 127.0.0.1:9464',
    });
  }
  return {
    http: {
      listen: listen ?? 'off',
      ...(secret !== undefined && { token: secret }),
      dashboard: form.dashboard === 'on',
      readOnly: form.read_only,
      previews: form.previews,
    },
    complaints,
    notes: note === undefined ? [] : [note],
  };
}

function listenOf({ listen }: HttpForm): 'auto' | 'off' | ListenAddress | undefined {
  return listen === 'auto' || listen === 'off' ? listen : parseListen(listen);
}
