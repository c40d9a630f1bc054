import { textAt } from '../fields.ts';
import { current, inProgress, type Rule } from '../verdict.ts';

export const persistentVolumeClaim: Rule = (object) => {
  const phase = textAt(object, 'status', 'phase') ?? 'unknown';
  return phase === 'Bound' ? current('Current', 'PVC is Bound') : inProgress('NotBound', `PVC is not Bound. Phase: ${phase}`);
};
