import type { IncomingMessage } from 'node:http';

/** Milliseconds that a request's body may take; a long one: may stand still. */
const patience = 30_000;
const looks = 3;

/**
 * Cuts a request off whose body does not come: nobody can hold a connection by sending a byte now and then. One that
 * may be long takes the time that it needs, as long as something comes, or what came is not taken yet on our side.
 */
export function watchBody(question: IncomingMessage, isLong: boolean): void {
  const { headers } = question;
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return;
  let silent = 0;
  let read = question.socket.bytesRead;
  const timer = setInterval(() => {
    if (question.complete || question.destroyed) {
      clearInterval(timer);
      return;
    }
    const moves = question.socket.bytesRead !== read || question.readableLength > 0;
    read = question.socket.bytesRead;
    silent = isLong && moves ? 0 : silent + 1;
    if (silent < looks) return;
    clearInterval(timer);
    question.destroy();
  }, patience / looks).unref();
  question.once('close', () => {
    clearInterval(timer);
  });
}
