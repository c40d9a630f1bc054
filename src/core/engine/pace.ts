const SECOND = 1_000;

/** Shortest and longest wait between two looks at one thing (ms). */
const SOONEST = 2 * SECOND;
const LATEST = 15 * SECOND;

/** What cannot be looked at is given up after this long (ms). */
const BLIND = 120 * SECOND;
/** Whatever it is, it gets ten minutes. */
const LEAST_PATIENCE = 600 * SECOND;

const clamp = (ms: number, least: number, most: number): number => Math.min(most, Math.max(least, ms));

/**
 * How long to wait before the next look (ms). With an expectation (seconds) no wait is longer than a fortieth of it, so that what takes
 * nine minutes is noticed within 14 s, and looks come closer together around the moment that it is expected.
 */
export function nextLook(waitedMs: number, expectedSeconds: number | undefined): number {
  if (expectedSeconds === undefined || expectedSeconds === 0) return clamp(waitedMs / 20, SOONEST, LATEST);
  const expected = expectedSeconds * SECOND;
  return clamp(Math.abs(expected - waitedMs) / 4, SOONEST, clamp(expected / 40, SOONEST, LATEST));
}

/** How long to wait before a refused call is sent again (ms): IAM and dependants let go within seconds, or not for minutes. */
export function nextAttempt(attempts: number): number {
  return clamp(SOONEST * 1.25 ** attempts, SOONEST, 10 * SECOND);
}

/** After how long without a step forward a resource is given up (ms). */
export function patience(expectedSeconds: number | undefined, isBlind: boolean): number {
  return isBlind ? BLIND : Math.max(LEAST_PATIENCE, 4 * (expectedSeconds ?? 0) * SECOND);
}
