/** Asks an HTTP server as `curl` does: also with headers that `fetch` would not let through, such as Host. */
import { request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly bytes: Buffer;
}

export function ask(
  url: string,
  options: { method?: string; headers?: Readonly<Record<string, string>>; body?: string | Uint8Array } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      { method: options.method ?? 'GET', headers: { ...options.headers }, agent: false, timeout: 20_000 },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => {
          parts.push(part);
        });
        answer.on('end', () => {
          const bytes = Buffer.concat(parts);
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: bytes.toString(), bytes });
        });
        answer.on('error', reject);
      },
    );
    asked.on('error', reject);
    asked.on('timeout', () => {
      asked.destroy(new Error(`no answer from ${url}`));
    });
    asked.end(options.body);
  });
}
