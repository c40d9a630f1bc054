/** What a reason means for who waits. */
export interface Diagnosis {
  /** Of the catalogue of sentences: it knows what to do next. */
  readonly code: string;
  /** Waiting does not heal it: a person, or another part of the run, has to do something. */
  readonly isFinal: boolean;
}

const final = (code: string): Diagnosis => ({ code, isFinal: true });
const passing = (code: string): Diagnosis => ({ code, isFinal: false });

/**
 * By the sentence of `whyNotReady`, whose beginnings are ours or reasons of Kubernetes; the first that fits. What a later part of the run, a
 * controller or the next try may put right is not final: a Secret that a Job makes, a node that joins, a program that crashes until another
 * one is up.
 */
const DIAGNOSES: readonly (readonly [RegExp, Diagnosis])[] = [
  // The first pull may meet a registry in a bad moment: kubelet has tried again where it says BackOff.
  [/^ImagePullBackOff: .* not found$/, final('image-missing')],
  [/^InvalidImageName: /, final('image-missing')],
  [/^ErrImagePull: .* not found$/, passing('image-missing')],
  [/^ImagePullBackOff: .* access denied$/, final('image-denied')],
  [/^ErrImagePull: .* access denied$/, passing('image-denied')],
  [/^(?:ImagePullBackOff|ErrImagePull|ErrRegistryUnavailable): /, passing('image-unreachable')],
  [/^(?:FailedMount|CreateContainerConfigError): .*secret ".*" not found/i, passing('secret-gone')],
  [/^CreateContainerConfigError: couldn't find key .* in Secret/, passing('secret-gone')],
  [/^(?:FailedMount|CreateContainerConfigError): .*configmap ".*" not found/i, passing('config-missing')],
  [/^waiting for a volume: no /, final('no-default-class')],
  [/^(?:ProvisioningFailed|FailedBinding|FailedAttachVolume): /, passing('volume-failed')],
  [/^Too many pods: /, passing('slots-full')],
  [/^Insufficient (?:cpu|memory|ephemeral-storage)/, passing('nodes-full')],
  // cloud-provider-aws and the AWS Load Balancer Controller, each in its words.
  [
    /could not find any suitable subnet|couldn't auto-discover subnets|unable to resolve at least one subnet/,
    final('no-load-balancer-subnet'),
  ],
  [/^(?:SyncLoadBalancerFailed|FailedBuildModel|FailedDeployModel): /, passing('load-balancer-failed')],
  [/^(?:CrashLoopBackOff|OOMKilled): /, passing('crash-loop')],
  [/^Unhealthy: /, passing('probe-failing')],
];

export function diagnosisOf(why: string): Diagnosis | undefined {
  // A release names the object first.
  return DIAGNOSES.find(([pattern]) => pattern.test(why))?.[1];
}
