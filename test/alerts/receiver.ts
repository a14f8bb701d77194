/** A web server that takes alerts, as a lab's chat or ticket system would. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { onTestFinished } from 'vitest';
import { z } from 'zod';

const messageSchema = z.object({
  alert: z.string(),
  status: z.string(),
  text: z.string(),
  pipeline: z.string(),
  worker: z.string(),
  since: z.iso.datetime(),
  at: z.iso.datetime(),
  details: z.record(z.string(), z.unknown()),
});
type Message = z.infer<typeof messageSchema>;

export interface Receiver {
  readonly url: string;
  readonly messages: Message[];
  readonly headers: IncomingHttpHeaders[];
  /** What to answer from now on; undefined: nothing at all. */
  answer: (status: number | undefined) => void;
}

export async function openReceiver(): Promise<Receiver> {
  const messages: Message[] = [];
  const headers: IncomingHttpHeaders[] = [];
  let status: number | undefined = 204;
  const server = createServer((question, answer) => {
    let text = '';
    question.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    question.on('end', () => {
      headers.push(question.headers);
      if (status === undefined) return;
      if (status < 300) messages.push(messageSchema.parse(JSON.parse(text)));
      answer.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}/alerts/a-secret-path`,
    messages,
    headers,
    answer: (next) => {
      status = next;
    },
  };
}
