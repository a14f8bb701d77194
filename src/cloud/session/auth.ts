/** Keystone v3's `POST /auth/tokens`: what is sent, and what comes back. Source: Identity API v3, "Authentication". */
import { z } from 'zod';
import { type Catalogue, catalogueSchema } from './catalogue.ts';
import type { CloudLogin } from './login.ts';

/** Who a token speaks for, and where its services are. */
export interface Identity {
  readonly userId: string;
  readonly userName: string;
  readonly projectId: string;
  readonly projectName: string;
  readonly roles: readonly string[];
  readonly catalogue: Catalogue;
  /** Milliseconds from its making to its end; by the server's clock alone, as ours may differ. */
  readonly lifetime: number;
  /** Milliseconds since 1970, by the server's clock. */
  readonly issued: number;
}

/** The body of the request. The one place where the password leaves the program. */
export function authBody({ auth }: CloudLogin): object {
  switch (auth.method) {
    case 'password':
      return {
        auth: {
          identity: {
            methods: ['password'],
            password: { user: { ...auth.user, password: auth.password.reveal() } },
          },
          scope: { project: auth.project },
        },
      };
    case 'application-credential':
      // No scope: it has one, and Keystone refuses another with a 401.
      return {
        auth: {
          identity: {
            methods: ['application_credential'],
            application_credential: { ...auth.credential, secret: auth.secret.reveal() },
          },
        },
      };
  }
}

const tokenSchema = z.object({
  token: z.object({
    user: z.object({ id: z.string(), name: z.string() }),
    // Missing in an unscoped token, which can do nothing here.
    project: z.object({ id: z.string(), name: z.string() }),
    roles: z.array(z.object({ name: z.string() })).default([]),
    catalog: catalogueSchema.default([]),
    expires_at: z.string(),
    issued_at: z.string(),
  }),
});

export const identitySchema = tokenSchema.transform(
  ({ token }): Identity => ({
    userId: token.user.id,
    userName: token.user.name,
    projectId: token.project.id,
    projectName: token.project.name,
    roles: token.roles.map(({ name }) => name),
    catalogue: token.catalog,
    lifetime: Date.parse(token.expires_at) - Date.parse(token.issued_at),
    issued: Date.parse(token.issued_at),
  }),
);
