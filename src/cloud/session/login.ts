import type { Secret } from '../../image/secret.ts';

/** How to log in to one cloud: what `clouds.yaml` or an openrc file says, read and checked. */
export interface CloudLogin {
  /** For people: the cloud's name in `clouds.yaml`, or "the OS_* variables". */
  readonly name: string;
  /** Keystone, version 3, without a slash at the end: `https://pouta.csc.fi:5001/v3`. */
  readonly authUrl: URL;
  /** Left out: the only region of the catalogue. */
  readonly region?: string;
  /** Which of a service's endpoints is used. */
  readonly interface: 'public' | 'internal' | 'admin';
  readonly auth: PasswordLogin | ApplicationCredentialLogin;
}

/** A name, and the domain that it is unique in. */
export type NameInDomain =
  | { readonly id: string }
  | { readonly name: string; readonly domain: { readonly id: string } | { readonly name: string } };

export interface PasswordLogin {
  readonly method: 'password';
  readonly user: NameInDomain;
  readonly password: Secret;
  readonly project: NameInDomain;
}

/** Belongs to a user and a project by itself; Keystone lets it do nothing with EC2 credentials. */
export interface ApplicationCredentialLogin {
  readonly method: 'application-credential';
  readonly credential: { readonly id: string } | { readonly name: string; readonly user: NameInDomain };
  readonly secret: Secret;
}
