import type { AlertsForm } from '../alerts/config.ts';
import { isLoopback } from '../web/listen.ts';
import type { AlertsChoice, WebHookChoice } from './config.ts';
import { isReference } from './mask.ts';
import type { Complaint } from './mistake.ts';
import { findNamedSecret } from './secrets/namedSecret.ts';
import { type Surroundings, variable } from './surroundings.ts';

export interface ResolvedAlerts {
  readonly alerts: AlertsChoice;
  readonly complaints: readonly Complaint[];
  readonly notes: readonly string[];
}

/** @param base folder that `secret_file` starts from */
export function resolveAlerts(form: AlertsForm, base: string, around: Surroundings): ResolvedAlerts {
  const complaints: Complaint[] = [];
  const { command, web_hook: hook, ...thresholds } = form;
  const complain = (key: string, what: string, expected?: string): void => {
    const path = ['alerts', 'web_hook', key];
    complaints.push({ path, part: 'value', what, ...(expected !== undefined && { expected }) });
  };
  const chosen = { ...thresholds, ...(command !== undefined && { command }) };
  if (hook === undefined) return { alerts: chosen, complaints, notes: [] };

  const { secret, fault, note } = findNamedSecret(
    { reference: hook.secret, file: hook.secret_file, base },
    around,
  );
  if (fault !== undefined) complain(fault.at === 'reference' ? 'secret' : 'secret_file', fault.what);
  if (secret !== undefined && !/^[\x21-\x7e]+$/.test(secret.reveal()))
    complain(
      hook.secret === undefined ? 'secret_file' : 'secret',
      'this secret has spaces, line ends or letters beyond ASCII',
    );
  const written = isReference(hook.url) ? variable(around, hook.url.slice(2, -1)) : hook.url;
  const url = written !== undefined && URL.canParse(written) ? new URL(written) : undefined;
  if (written === undefined)
    complain('url', `the variable ${hook.url.slice(2, -1)} is not set in the environment`);
  else if (url === undefined || !['http:', 'https:'].includes(url.protocol) || url.username !== '')
    complain('url', 'this is no URL to post to', 'https://…, without a user name or password');
  else if (url.protocol === 'http:' && !isLocal(url) && secret !== undefined)
    complain('url', 'the secret would go over the network for everyone to read', 'https://…');
  const webHook: WebHookChoice | undefined =
    url === undefined ? undefined : { url, header: hook.header, ...(secret !== undefined && { secret }) };
  return {
    alerts: { ...chosen, ...(webHook !== undefined && { webHook }) },
    complaints,
    notes: note === undefined ? [] : [note],
  };
}

function isLocal({ hostname }: URL): boolean {
  return hostname === 'localhost' || isLoopback(hostname.replace(/^\[|\]$/g, ''));
}
