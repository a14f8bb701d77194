/**
 * Property tests are the same in every run, so that a change is blamed for what it did and nothing else.
 * `KUVA_TEST_SEED=random` looks for new counterexamples; a number repeats a run.
 */
import fc from 'fast-check';

const asked = process.env['KUVA_TEST_SEED'];

if (asked !== 'random') fc.configureGlobal({ seed: asked === undefined ? 20_261_123 : Number(asked) });
