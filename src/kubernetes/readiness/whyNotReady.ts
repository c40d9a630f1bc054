import { conditionsOf, kindOf } from './fields.ts';
import { whyNoCertificate } from './why/certificate.ts';
import { whyClaimWaits } from './why/claim.ts';
import { warningsAbout, warningsAboutReplicaSets, type EventTold } from './why/events.ts';
import type { Evidence } from './why/evidence.ts';
import { whyGonePods } from './why/gonePods.ts';
import { isReadyPod, whyPod } from './why/pod.ts';
import { podsOf } from './why/podsOf.ts';
import { sentence } from './why/sentence.ts';

/**
 * Why an object is not ready, in one line of at most 120 characters: from a workload down to its pod, that pod's container and the events
 * about it, from a claim to its class, from a Certificate to its challenge. Pure. `undefined`: nothing shows more than its readiness says.
 * What it says comes from the cluster: it is as trustworthy as that, and is escaped where it is shown.
 */
export function whyNotReady(object: object, evidence: Evidence): string | undefined {
  const why = ofKind(object, evidence);
  return why === undefined ? undefined : sentence(why);
}

function ofKind(object: object, evidence: Evidence): string | undefined {
  switch (kindOf(object)) {
    case 'Pod':
      return whyPod(object, evidence);
    case 'PersistentVolumeClaim':
      return whyClaimWaits(object, evidence);
    case 'Service':
      return told(warningsAbout(evidence.events, object))?.replace(SAID_TWICE, '');
    case 'Certificate':
      return whyNoCertificate(object, evidence);
    default:
      return whyWorkload(object, evidence);
  }
}

function whyWorkload(object: object, evidence: Evidence): string | undefined {
  const waiting = podsOf(object, evidence.pods).filter((pod) => !isReadyPod(pod));
  const pod = waiting.map((each) => whyPod(each, evidence)).find((why) => why !== undefined);
  if (pod !== undefined) return pod;
  const gone = kindOf(object) === 'Job' ? whyGonePods(object, evidence) : undefined;
  if (gone !== undefined) return gone;
  // No pod was let in: the controller says so in events about itself or about the ReplicaSet.
  const refused = [...warningsAbout(evidence.events, object), ...warningsAboutReplicaSets(evidence.events, object)];
  return told(refused.filter(({ reason }) => reason.startsWith('Failed'))) ?? whyCondition(object);
}

/** The service controller (cloud-provider) says three times that it failed before it says at what. */
const SAID_TWICE = 'Error syncing load balancer: failed to ensure load balancer: ';

function told([newest]: readonly EventTold[]): string | undefined {
  return newest === undefined ? undefined : `${newest.reason}: ${newest.message}`;
}

/** A Job says in a condition what it has run into. */
function whyCondition(object: object): string | undefined {
  const failed = conditionsOf(object).find(({ type, status, message }) => FAILURES.has(type) && status === 'True' && message !== '');
  return failed === undefined ? undefined : `${failed.reason}: ${failed.message}`;
}

const FAILURES = new Set(['Failed', 'ReplicaFailure', 'FailureTarget']);
