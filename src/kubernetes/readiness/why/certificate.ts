import { conditionOf, kindOf, listAt, textAt } from '../fields.ts';
import type { Evidence } from './evidence.ts';

/** cert-manager's chain: a Certificate makes a CertificateRequest, that an Order, that Challenges, and the last of them says what is wrong. */
const CHAIN = ['CertificateRequest', 'Order', 'Challenge'];

export function whyNoCertificate(certificate: object, { certificates }: Evidence): string | undefined {
  let owners: readonly object[] = [certificate];
  let said: string | undefined;
  for (const kind of CHAIN) {
    const uids = new Set(owners.map((owner) => textAt(owner, 'metadata', 'uid')));
    owners = certificates.filter(
      (each) => kindOf(each) === kind && listAt(each, 'metadata', 'ownerReferences').some((owner) => uids.has(textAt(owner, 'uid'))),
    );
    said = owners.map(whyLink).find((why) => why !== undefined) ?? said;
  }
  return said;
}

function whyLink(object: object): string | undefined {
  const reason = textAt(object, 'status', 'reason');
  const state = textAt(object, 'status', 'state');
  if (reason !== undefined && reason !== '' && state !== 'valid') {
    const host = textAt(object, 'spec', 'dnsName');
    return `${kindOf(object)}${host === undefined ? '' : ` ${host}`}: ${reason}`;
  }
  const ready = conditionOf(object, 'Ready');
  return ready === undefined || ready.status === 'True' || ready.message === '' ? undefined : `${kindOf(object)}: ${ready.message}`;
}
