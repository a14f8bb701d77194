import { setTimeout as sleep } from 'node:timers/promises';
import type { S3Answer } from './client.ts';

/** Milliseconds. */
const mostTries = 8;
const longestPause = 300;

/**
 * Sends again, after a pause of some length, while the server answers a 500 without a reason: Ceph RGW 16 keeps all
 * topics of a tenant in one object, which requests about topics and about notifications change, and says so when two do
 * at the same time. Six at a time ran into it, with pauses none did.
 */
export async function despiteCollisions(send: () => Promise<S3Answer>): Promise<S3Answer> {
  let answer = await send();
  for (let tries = 1; tries < mostTries && answer.refusal?.code === 'UnknownError'; tries += 1) {
    await sleep(Math.random() * longestPause);
    answer = await send();
  }
  return answer;
}
