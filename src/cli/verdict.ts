import type { Verdict } from '../pipeline/verdict.ts';
import { exitCodes } from './exit.ts';

/** The exit code of `kuva status --check`, by what it says. */
export const verdictExits = {
  ok: exitCodes.ok,
  outage: exitCodes.unavailable,
  stalled: exitCodes.stalled,
  'set-aside': exitCodes.setAside,
} as const satisfies Record<Verdict['verdict'], number>;
