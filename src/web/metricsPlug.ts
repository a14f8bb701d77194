import type { LedgerStatus } from '../ledger/contract/status.ts';
import { ledgerText } from './metrics/ledger.ts';
import type { OwnMetrics } from './metrics/own.ts';
import { remembered } from './remembered.ts';
import type { WebPlug } from './server.ts';

/** Milliseconds. Prometheus itself waits for 10 s, and asks every 15 s or so. */
const good = 4_000;
const patience = 3_000;

/** `/metrics`: this process's own numbers, always; those of the whole pipeline while the database answers. */
export function metricsPlug(own: OwnMetrics, ledger: () => Promise<LedgerStatus>): WebPlug {
  const status = remembered(ledger, { good, patience });
  return (app) => {
    app.get('/metrics', async (context) => {
      const seen = await status();
      const parts = [
        await own.text(seen !== undefined),
        ...(seen === undefined ? [] : [await ledgerText(seen)]),
      ];
      return context.body(`${parts.map((part) => part.trimEnd()).join('\n\n')}\n`, 200, {
        'Content-Type': own.contentType,
      });
    });
  };
}
