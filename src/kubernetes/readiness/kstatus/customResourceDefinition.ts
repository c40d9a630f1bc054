import { conditionsOf } from '../fields.ts';
import { current, failed, inProgress, type Rule } from '../verdict.ts';

export const customResourceDefinition: Rule = (object) => {
  for (const { type, status, reason, message } of conditionsOf(object)) {
    if (type === 'NamesAccepted' && status === 'False') return failed(reason, message);
    if (type !== 'Established') continue;
    if (status === 'False' && reason !== 'Installing') return failed(reason, message);
    if (status === 'True') return current('Current', 'CRD is established');
  }
  return inProgress('Installing', 'Install in progress');
};
