/** The six words of kstatus (sigs.k8s.io/cli-utils, pkg/kstatus), which Flux and Helm 4 speak too. */
export type ReadinessStatus = 'Current' | 'InProgress' | 'Failed' | 'Terminating' | 'NotFound' | 'Unknown';

export interface Readiness {
  readonly status: ReadinessStatus;
  /** One word, as kstatus or the object's own condition says it: `LessReady`, `ProgressDeadlineExceeded`. */
  readonly reason: string;
  /** For people; may come from the cluster and be of any length. */
  readonly message: string;
}

/** What a kind's own rule says of an object. `now`: milliseconds since the epoch, by the clock that dates the objects. */
export type Rule = (object: object, now: number) => Readiness;

/** What we say beyond kstatus: it is told kstatus' verdict and gives ours. */
export type Addition = (object: object, kstatus: Readiness, now: number) => Readiness;

export const current = (reason: string, message: string): Readiness => ({ status: 'Current', reason, message });
export const inProgress = (reason: string, message: string): Readiness => ({ status: 'InProgress', reason, message });
export const failed = (reason: string, message: string): Readiness => ({ status: 'Failed', reason, message });
