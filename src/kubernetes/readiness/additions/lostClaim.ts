import { textAt } from '../fields.ts';
import { failed, type Addition } from '../verdict.ts';

/** A claim whose volume is gone does not come back. */
export const lostClaim: Addition = (object, kstatus) =>
  textAt(object, 'status', 'phase') === 'Lost' && kstatus.status !== 'Terminating' ? failed('Lost', 'its volume is gone') : kstatus;
