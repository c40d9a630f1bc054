import { AnswerLost, NotYet, Refused, SignedOut, Unseen } from '../graph/errors.ts';
import type { Cause } from './events.ts';

/** Why a resource failed, in words and as plain data. */
export interface Failure {
  readonly reason: string;
  /** The provider's code, or ours. */
  readonly code: string;
  readonly requestId?: string;
  readonly next?: string;
  /** A person is needed; nothing was tried. */
  readonly blocked?: true;
}

/** Any thrown value as a failure. A provider error says its own words; anything else is a defect of ours, and its message is all there is. */
export function failureOf(error: unknown): Failure {
  if (
    error instanceof Refused ||
    error instanceof NotYet ||
    error instanceof AnswerLost ||
    error instanceof Unseen ||
    error instanceof SignedOut
  ) {
    return {
      reason: error.message,
      code: error.code ?? codeOf(error),
      ...(error.requestId === undefined ? {} : { requestId: error.requestId }),
      ...(error.next === undefined ? {} : { next: error.next }),
    };
  }
  return { reason: error instanceof Error ? error.message : String(error), code: 'unexpected' };
}

const codeOf = (error: Error): string =>
  ({ Refused: 'refused', NotYet: 'not-yet', AnswerLost: 'lost-network', Unseen: 'unseen', SignedOut: 'signed-out' })[error.name] ??
  'refused';

export function causeOf({ code, reason, requestId }: Failure): Cause {
  return { code, message: reason, ...(requestId === undefined ? {} : { requestId }) };
}
