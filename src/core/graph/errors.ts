/**
 * What a provider call can end in, as far as the engine cares. Everything else that is thrown is a defect of ours:
 * it fails the resource with its own words and keeps its cause.
 */
export interface CauseFields {
  /** The provider's own error code, e.g. `AddressLimitExceeded`. Shown one click away, never in a sentence. */
  readonly code?: string | undefined;
  readonly requestId?: string | undefined;
  /** One more word for the sentence that the catalogue has for the code: an action, a type of instance. */
  readonly detail?: string | undefined;
  /** What a person can do next, one sentence. */
  readonly next?: string | undefined;
  readonly cause?: unknown;
}

abstract class ProviderError extends Error {
  readonly code: string | undefined;
  readonly requestId: string | undefined;
  readonly detail: string | undefined;
  readonly next: string | undefined;
  constructor(message: string, fields: CauseFields = {}) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.code = fields.code;
    this.requestId = fields.requestId;
    this.detail = fields.detail;
    this.next = fields.next;
  }
}

/** Surely not done, and asking again would not help; the message is for people. */
export class Refused extends ProviderError {
  override readonly name = 'Refused';
}

/** Surely not done by this call, and worth another look: something lets go, propagates, starts, throttles, or is already there. */
export class NotYet extends ProviderError {
  override readonly name = 'NotYet';
}

/** May have been done: the request was on the wire when the answer was lost. */
export class AnswerLost extends ProviderError {
  override readonly name = 'AnswerLost';
}

/** Could not be looked at: never treated as absent. */
export class Unseen extends ProviderError {
  override readonly name = 'Unseen';
}

/** The credentials are missing or have expired. Nothing was done; the run pauses until the person has signed in. */
export class SignedOut extends ProviderError {
  override readonly name = 'SignedOut';
}
