import { KuvaError } from '../../image/failure.ts';
import type { WireAnswer } from './exchange.ts';
import type { CloudLogin } from './login.ts';
import { readRefusal } from './refusal.ts';
import { CloudRefused } from './refusalFailure.ts';

/** Why nobody came in. Keystone answers a wrong password, a missing role and an unknown project with one and the same 401. */
export function loginFailure(login: CloudLogin, { status, headers, body }: WireAnswer): KuvaError {
  const refusal = readRefusal(status, body);
  const { name, auth, authUrl } = login;
  if (status === 401 && auth.method === 'password') {
    return new KuvaError('cloud-denied', {
      what: `${authUrl.host} does not accept the login of ${name}: the user, the password or the project is wrong, or the user has no role in the project. Keystone does not tell which`,
      data: 'Nothing was made or changed.',
      remedy: `Check user ${show(auth.user)}, its domain, project ${show(auth.project)} and the password; try them on the cloud's own web page.`,
    });
  }
  if (status === 401) {
    return new KuvaError('cloud-denied', {
      what: `${authUrl.host} does not accept the application credential of ${name}: its id or secret is wrong, or it was deleted or has expired`,
      data: 'Nothing was made or changed.',
      remedy: 'Make a new one on the web page of the cloud, and put its id and secret into clouds.yaml.',
    });
  }
  if (status === 404) {
    return new KuvaError('cloud-protocol', {
      what: `There is no Keystone version 3 at ${authUrl.href}`,
      data: 'Nothing was made or changed.',
      remedy: 'Correct auth_url; it usually ends in :5000/v3.',
    });
  }
  return new CloudRefused(refusal, `the login of ${name}`, headers.has('retry-after'));
}

function show(who: { readonly id: string } | { readonly name: string }): string {
  return 'name' in who ? `“${who.name}”` : who.id;
}
