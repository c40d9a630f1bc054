import { conditionOf } from '../fields.ts';
import { current, inProgress, type Rule } from '../verdict.ts';

/** A kind that kstatus does not know: its condition `Ready`, and nothing said is all well. */
export const readyCondition: Rule = (object) => {
  const ready = conditionOf(object, 'Ready');
  if (ready === undefined || ready.status === 'True') return current('Current', 'as wanted');
  return inProgress(ready.reason, ready.message);
};
