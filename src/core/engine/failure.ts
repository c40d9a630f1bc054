import type { Cause } from '../graph/cause.ts';
import { AnswerLost, NotYet, Refused, SignedOut, Unseen } from '../graph/errors.ts';
import { wordsFor } from '../status/sentences.ts';

/** Why a resource failed, as it was said where it happened. */
export interface Failure {
  readonly reason: string;
  /** The provider's code, or ours. */
  readonly code: string;
  /** What the catalogue's words have room for: a type of instance, an action, minutes. */
  readonly detail?: string | undefined;
  /** The provider's own words, where `reason` is in words for people already. */
  readonly raw?: string | undefined;
  readonly requestId?: string | undefined;
  readonly next?: string | undefined;
  /** A person is needed; nothing was tried. */
  readonly blocked?: true;
}

/** A failure as people read it. */
export interface Told {
  readonly reason: string;
  readonly cause: Cause;
  readonly next?: string;
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
    const { message, requestId, next, detail } = error;
    return { reason: message, code: error.code ?? codeOf(error), detail, requestId, next };
  }
  return { reason: error instanceof Error ? error.message : String(error), code: 'unexpected' };
}

/** What is seen to be wrong: its reason is in words for people already. */
export const seenAs = ({ reason, cause }: { readonly reason: string; readonly cause?: Cause | undefined }): Failure => ({
  reason,
  code: cause?.code ?? 'failed',
  raw: cause?.message,
  requestId: cause?.requestId,
});

const codeOf = (error: Error): string =>
  ({ Refused: 'refused', NotYet: 'not-yet', AnswerLost: 'lost-network', Unseen: 'unseen', SignedOut: 'signed-out' })[error.name] ??
  'refused';

/**
 * The one place where a code becomes words: the catalogue's, where it has some for the code, else those of whoever failed.
 * What was said where it happened stays in `cause`.
 */
export function told(failure: Failure): Told {
  const words = wordsFor(failure.code, failure.detail);
  const reason = failure.raw === undefined && words !== undefined ? words.reason : failure.reason;
  const next = words?.next ?? failure.next;
  return {
    reason,
    cause: causeOf(failure),
    ...(next === undefined ? {} : { next }),
    ...(failure.blocked ? { blocked: true } : {}),
  };
}

function causeOf({ code, reason, raw, requestId }: Failure): Cause {
  return { code, message: raw ?? reason, ...(requestId === undefined ? {} : { requestId }) };
}
