/** A browser that looks at a running kuva, and tells whatever it complains of. */
import type { Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { openBrowser } from '../dashboard/web/fixture/browser.ts';

export interface Looking {
  readonly page: Page;
  /** Somebody else's page, in a profile of its own. */
  readonly another: () => Promise<Page>;
  /** What the browser's console complains of; an answer with an error is none. */
  readonly complaints: string[];
  /** Where requests went that did not go to kuva. */
  readonly elsewhere: string[];
}

export async function look(url: string): Promise<Looking> {
  const browser = await openBrowser();
  onTestFinished(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(45_000);
  const complaints: string[] = [];
  const elsewhere: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text());
  });
  page.on('request', (request) => {
    const to = new URL(request.url());
    if (to.origin !== url && to.protocol !== 'blob:') elsewhere.push(request.url());
  });
  // Not until all pictures are there: they are drawn where nobody else wants the processor.
  await page.goto(url, { waitUntil: 'domcontentloaded' });
  return { page, another: () => browser.newPage(), complaints, elsewhere };
}

/** Drops a file onto the page, as a hand does. */
export async function drop(page: Page, name: string, bytes: Buffer, onto = 'main'): Promise<void> {
  // As text: what runs in a browser is not checked against the types of Node.
  const transfer = await page.evaluateHandle(`(() => {
    const transfer = new DataTransfer();
    const bytes = Uint8Array.from(atob('${bytes.toString('base64')}'), (character) => character.charCodeAt(0));
    transfer.items.add(new File([bytes], ${JSON.stringify(name)}));
    return transfer;
  })()`);
  await page.dispatchEvent(onto, 'dragenter', { dataTransfer: transfer });
  await page.dispatchEvent(onto, 'drop', { dataTransfer: transfer });
}
