/** What went wrong, as plain data: it crosses process boundaries and is never an `Error` or an SDK object. */
export interface Cause {
  /** The provider's code, e.g. `VpcLimitExceeded`; or ours, e.g. `timeout`. */
  readonly code: string;
  /** In the provider's own words: shown one click away, never in a sentence. */
  readonly message: string;
  readonly requestId?: string;
}
