import { signal } from '@preact/signals';

/** The server wants a token: the login view takes the place of the others. */
export const needsLogin = signal(false);
