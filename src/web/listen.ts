import { isIP, isIPv6 } from 'node:net';

/** Where the HTTP server listens. */
export interface ListenAddress {
  /** An address or a name, without brackets. */
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

/** Free in Prometheus's list of ports as far as we know, and easy to remember beside its own 9090. */
export const usualPort = 9464;

/** Understands `127.0.0.1:9464`, `[::1]:9464`, `:9464` (every address) and a port alone (this machine only). */
export function parseListen(written: string | number): ListenAddress | undefined {
  const match = /^(?:(?:\[([^\]]*)\]|([^:[\]]*)):)?(\d{1,5})$/.exec(String(written).trim());
  if (match === null) return undefined;
  const [, bracketed, plain, digits] = match;
  const port = Number(digits);
  if (port > 65_535) return undefined;
  if (bracketed !== undefined) return isIPv6(bracketed) ? { host: bracketed, port } : undefined;
  if (plain === undefined) return { host: '127.0.0.1', port };
  if (plain === '' || plain === '*') return { host: '0.0.0.0', port };
  // A name's address may change under our hands; this one has one meaning only.
  if (plain === 'localhost') return { host: '127.0.0.1', port };
  if (isIP(plain) === 0 && !/^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/.test(plain)) return undefined;
  return { host: plain, port };
}

/** Can only this machine reach it? A name counts as no: who knows what it stands for tomorrow. */
export function isLoopback(host: string): boolean {
  return host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

export function showListen({ host, port }: ListenAddress): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
