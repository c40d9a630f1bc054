import { listAt, textAt } from '../fields.ts';
import { current, inProgress, type Addition } from '../verdict.ts';

/** A LoadBalancer Service serves nobody without an address; Helm, kapp and Argo CD agree. */
export const loadBalancerService: Addition = (object, kstatus) => {
  if (kstatus.status !== 'Current' || textAt(object, 'spec', 'type') !== 'LoadBalancer') return kstatus;
  if (listAt(object, 'spec', 'externalIPs').length > 0) return kstatus;
  const [first] = listAt(object, 'status', 'loadBalancer', 'ingress');
  const address = textAt(first, 'hostname') ?? textAt(first, 'ip') ?? '';
  return address === '' ? inProgress('NoAddress', 'the load balancer has no address yet') : current('Current', address);
};
