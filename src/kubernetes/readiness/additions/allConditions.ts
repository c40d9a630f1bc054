import { conditionsOf } from '../fields.ts';
import { current, inProgress, type Addition } from '../verdict.ts';

/**
 * EventBus, EventSource and Sensor have no condition `Ready`: they are ready when they have conditions and all are True, as Argo Events'
 * own `IsReady` says (pkg/apis/common). An EventSource stays `Deployed=False` with `EventBusNotFound` until its bus is there: it waits.
 */
export const allConditions: Addition = (object, kstatus) => {
  if (kstatus.status !== 'Current' && kstatus.status !== 'InProgress') return kstatus;
  const conditions = conditionsOf(object);
  if (conditions.length === 0) return inProgress('NotObserved', 'its controller has not looked at it yet');
  // A bad status explains more than one that is only unknown yet.
  const lacking = conditions.find(({ status }) => status === 'False') ?? conditions.find(({ status }) => status !== 'True');
  if (lacking !== undefined)
    return inProgress(lacking.reason || `Not${lacking.type}`, lacking.message || `${lacking.type} is not true yet`);
  return kstatus.status === 'InProgress' ? kstatus : current('Current', conditions.map(({ type }) => type).join(', '));
};
