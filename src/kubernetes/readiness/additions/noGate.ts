import { current, type Addition } from '../verdict.ts';

/** A HorizontalPodAutoscaler without metrics is no reason to hold anything back: what it scales has a readiness of its own. */
export const noGate: Addition = (_object, kstatus) =>
  kstatus.status === 'InProgress' || kstatus.status === 'Failed' ? current('NoGate', kstatus.message) : kstatus;
