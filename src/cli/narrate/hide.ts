import type { KuvaConfig, Place } from '../../config/config.ts';
import type { Secret } from '../../image/secret.ts';

/** Takes what must not be read out of a text. */
export type Hide = (text: string) => string;

const hidden = '(hidden)';

/** Shorter ones would blacken every second word, and protect nothing. */
const shortest = 6;

/**
 * A net below the rule that secrets are never put into a message: servers' own errors may quote what they were sent.
 * Hides each secret of the configuration, as it is and as URLs write it.
 */
export function hideSecretsOf(config: KuvaConfig): Hide {
  const forms = secretsOf(config)
    .map((secret) => secret.reveal())
    .filter((text) => text.length >= shortest)
    .flatMap((text) => [text, encodeURIComponent(text), JSON.stringify(text).slice(1, -1)]);
  const all = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return (text) => all.reduce((shown, secret) => shown.replaceAll(secret, hidden), text);
}

/** Passwords within URLs, whosever they are. For messages, not for keys: a key is told as it is. */
export function hidePasswordsInUrls(text: string): string {
  return text.replace(/(:\/\/[^\s:/@"']*:)[^\s/@"']+@/g, `$1${hidden}@`);
}

function secretsOf({ input, output, done, rejected, database, http, events, alerts }: KuvaConfig): Secret[] {
  const ofPlace = (place: Place | undefined): (Secret | undefined)[] =>
    place?.kind === 's3' ? [place.connection.secretAccessKey, place.connection.sessionToken] : [];
  const all = [
    ...ofPlace(input),
    ...ofPlace(output),
    ...ofPlace(typeof done === 'object' ? done.move : undefined),
    ...ofPlace(rejected.move),
    database.kind === 'server' ? database.connection.password : undefined,
    http.token,
    events?.secret,
    alerts.webHook?.secret,
  ];
  return all.filter((secret) => secret !== undefined);
}
