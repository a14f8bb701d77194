import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { post } from '../server/ask.ts';
import { inPage } from '../server/place.ts';
import { toRefusal } from '../state/asked.ts';
import { goLive } from '../state/live.ts';
import { go, view } from '../state/route.ts';
import { needsLogin } from '../state/session.ts';

/** Asks for the token. It is sent once and never kept in the page: the cookie that comes back is not readable here. */
export function Login(): JSX.Element {
  const token = useSignal('');
  const why = useSignal<string | undefined>(undefined);
  const busy = useSignal(false);
  const login = async (): Promise<void> => {
    busy.value = true;
    why.value = undefined;
    try {
      await post('session', 'session', { token: token.value.trim() });
      token.value = '';
      needsLogin.value = false;
      if (view.value.name === 'login') go(inPage('/'), 'replace');
      goLive();
    } catch (thrown) {
      const refusal = toRefusal(thrown);
      why.value = [refusal.message, refusal.remedy].filter((part) => part !== undefined).join('. ');
    } finally {
      busy.value = false;
    }
  };
  return (
    <main id="main" class="login">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void login();
        }}
      >
        <h1>Kuvaputki</h1>
        <p>This dashboard asks for the token of its pipeline.</p>
        <label for="token">Token</label>
        <input
          id="token"
          type="password"
          autocomplete="current-password"
          required
          autofocus
          value={token.value}
          aria-invalid={why.value !== undefined}
          aria-describedby="token-help token-why"
          onInput={(event) => {
            token.value = event.currentTarget.value;
          }}
        />
        <p id="token-why" class="bad" role="alert">
          {why.value}
        </p>
        <button type="submit" class="primary" disabled={busy.value}>
          {busy.value ? 'Asking…' : 'Log in'}
        </button>
        <p id="token-help" class="hint">
          It is what <code>http: token</code> in kuva.yaml refers to: an environment variable or a file on the
          machine that runs kuva.
        </p>
      </form>
    </main>
  );
}
