import { listAt } from '../fields.ts';
import { current, type Addition } from '../verdict.ts';

/** An Ingress is accepted when its controller took it; an address that is missing is said and holds nothing back. */
export const ingressAddress: Addition = (object, kstatus) =>
  kstatus.status === 'Current' && listAt(object, 'status', 'loadBalancer', 'ingress').length === 0
    ? current('NoAddressYet', 'no controller has given it an address yet')
    : kstatus;
