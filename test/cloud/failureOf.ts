import { KuvaError } from '../../src/image/failure.ts';

/** The failure that a piece of work ends with; one that succeeds, or fails in a way that nobody could act on, is an error. */
export async function failureOf(work: Promise<unknown>): Promise<KuvaError> {
  const thrown: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof KuvaError)) throw new Error('it did not fail', { cause: thrown });
  return thrown;
}
