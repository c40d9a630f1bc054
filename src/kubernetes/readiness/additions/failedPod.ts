import { textAt } from '../fields.ts';
import { failed, type Addition } from '../verdict.ts';

/** kstatus calls a bare pod that failed Current: it has ended. What was wanted of it was not done. */
export const failedPod: Addition = (object, kstatus) =>
  textAt(object, 'status', 'phase') === 'Failed' && kstatus.status === 'Current'
    ? failed(textAt(object, 'status', 'reason') ?? 'PodFailed', textAt(object, 'status', 'message') ?? 'Pod has failed')
    : kstatus;
