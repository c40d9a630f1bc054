import type { Cause } from '../../core/graph/cause.ts';
import type { Readiness } from './verdict.ts';
import { diagnosisOf } from './why/diagnosis.ts';
import type { Evidence } from './why/evidence.ts';
import { gaveUpAt, lastTried } from './why/lastTried.ts';
import { whyNotReady } from './whyNotReady.ts';

/** What is wrong with an object that is not ready, as far as it shows. */
export interface Trouble {
  /** One line. */
  readonly reason: string;
  readonly cause: Cause;
  /** Waiting will not heal it, and since when that is known (ms since the epoch): the last try, or the moment of this look. */
  readonly failedAt?: number;
}

/**
 * @param evidence `undefined`: nothing was read, as right after a write; then nothing is concluded from what is missing.
 * @param now milliseconds since the epoch, of the cluster.
 */
export function troubleOf(object: object, verdict: Readiness, evidence: Evidence | undefined, now: number): Trouble {
  const why = evidence && whyNotReady(object, evidence);
  const reason = why ?? (verdict.message || verdict.reason);
  const diagnosis = why === undefined ? undefined : diagnosisOf(why);
  const cause = { code: diagnosis?.code ?? verdict.reason, message: verdict.message || reason };
  if (evidence !== undefined && diagnosis?.isFinal === true)
    return { reason, cause, failedAt: SEEN_AT_ONCE.has(diagnosis.code) ? now : lastTried(object, evidence) };
  const at = gaveUpAt(object);
  return { reason, cause, ...(at === undefined ? {} : { failedAt: at }) };
}

/** Read from the cluster as it is now, not from what a controller once said. */
const SEEN_AT_ONCE: ReadonlySet<string> = new Set(['no-default-class']);
