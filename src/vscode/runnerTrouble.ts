import type { Session } from '../core/status/platformStatus.ts';
import type { Failure } from '../runner/protocol.ts';
import { RunnerFailure } from './runnerClient.ts';

// The codes of runner/credentials.ts, and of an answer of AWS that says so.
const SIGNED_OUT: ReadonlySet<string> = new Set([
  'signed-out',
  'unattended',
  'sso-expired',
  'no-credentials',
  'mfa-cancelled',
  'mfa-refused',
]);

/** What a failed look says about the session; `undefined`: nothing. Exit 4 is "no credentials, expired, or out of reach", 3 the guard's no. */
export function sessionAfter({ code, exit }: Failure): Session | undefined {
  if (exit === 3) return 'notConnected';
  if (exit !== 4) return undefined;
  return SIGNED_OUT.has(code) ? 'signedOut' : 'unreachable';
}

/** One sentence for people; what comes from elsewhere than the runner's catalogue keeps its words. */
export function sentenceOf(error: unknown): string {
  if (error instanceof RunnerFailure) return error.failure.next === undefined ? error.message : `${error.message} ${error.failure.next}`;
  return error instanceof Error ? error.message : String(error);
}
