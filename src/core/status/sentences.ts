/** What a sentence is about. */
export interface Subject {
  /** The resource's title, as its row says it; for the whole platform, its name. */
  readonly title: string;
  /** One more word or number, where a sentence has room for it: `2 of 5 left`, `us-west-2`, an account id, minutes. */
  readonly detail?: string;
}

/** The longest sentence, in characters: what a row, a notification and a terminal line can hold. */
export const LONGEST = 120;
const LONGEST_TITLE = 36;
/** Of each so much is left that it can be recognised: `Deployment kafka/kafka-broker`; of a title less, where the next step is long. */
const RECOGNISABLE_TITLE = 30;
const SHORTEST_TITLE = 16;
const SHORTEST_REASON = 40;

/** Why it is not as wanted, as a row says it after the state's word (no capital, no full stop), and what a person can do next. */
export interface Words {
  readonly reason: string;
  readonly next: string;
}

type Entry = readonly [reason: string | ((detail: string | undefined) => string), next: string];

/** ` (detail)`, or nothing. */
const aside = (detail: string | undefined): string => (detail === undefined ? '' : ` (${detail})`);

/** Each is told behind its resource's title, says the cause and the next step, and names no code of a provider. */
const CATALOGUE = {
  foreign: [(detail) => `${detail ?? 'one of that name'} is there and not ours`, 'Remove it or choose another name.'],
  immutable: ['this cannot be changed in place', 'Undo the change, or destroy and apply again.'],
  outside: ['it would have to be replaced too', 'Apply without choosing stages.'],
  unseen: ['it could not be looked at', 'Check the connection and refresh.'],
  timeout: [
    (detail) => (detail === undefined ? 'still not ready' : `not ready after ${detail}`),
    'Look at what it waits for, then continue.',
  ],
  'tried-thrice': ['asked for three times, and it did not take', 'Look at it in the console, then retry.'],
  twins: ['it exists twice and both are in use', 'Empty one of them, delete it, and apply again.'],
  guard: [
    (detail) => `it belongs to another account${detail === undefined ? '' : ` than ${detail}`}`,
    'Choose the right profile and try again.',
  ],
  'signed-out': ['your credentials are missing or have expired', 'Sign in, and continue.'],
  'no-credentials': ['no AWS credentials were found', 'Choose a profile or sign in.'],
  'mfa-cancelled': ['no MFA code was entered', 'Connect again and enter one.'],
  'vpc-limit': ['this region has no room for another VPC', 'Delete one or ask for a higher quota.'],
  'address-limit': ['no Elastic IP is left in this region', 'Release one or ask for a higher quota.'],
  'nat-limit': ['this zone has no room for another NAT gateway', 'Delete one or raise the quota.'],
  'gateway-limit': ['no internet gateway is left in this region', 'Delete one or raise the quota.'],
  'vcpu-limit': ['the vCPU quota is used up', 'Ask for a higher one or choose smaller nodes.'],
  quota: [(detail) => `the quota is too small${aside(detail)}`, 'Ask for a higher one, then apply.'],
  'spot-capacity': [
    (detail) => `no spot capacity${detail === undefined ? '' : ` for ${detail}`}`,
    'Add instance types or choose on-demand, then retry.',
  ],
  capacity: [(detail) => `no capacity${detail === undefined ? '' : ` for ${detail}`}`, 'Add instance types or zones, then retry.'],
  denied: [(detail) => `you may not do this${aside(detail)}`, 'Ask for the policy of "slipway policy".'],
  'cluster-failed': ['AWS could not make it', 'Look at what AWS says, then apply again: it is made anew.'],
  'cluster-unhealthy': ['it is unhealthy', 'Look at what AWS says and mend it there, then refresh.'],
  'nat-failed': ['AWS could not make it', 'Look at what AWS says, then apply again: it is made anew.'],
  'nodegroup-failed': ['it could not start its nodes', 'Look at what AWS says, then apply again: it is made anew.'],
  'nodes-not-joining': ['its nodes do not join the cluster', 'Look at network, node role and volume key, then apply again.'],
  'addon-failed': ['it could not be installed', 'Look at what AWS says, then apply again: it is made anew.'],
  'iam-propagation': ['AWS does not accept the new role yet', 'Wait a minute and continue.'],
  unreachable: ['AWS cannot be reached', 'Check the network and the proxy, then continue.'],
  'lost-network': ['the answer of AWS was lost', 'Check the network and continue: nothing is made twice.'],
  throttled: ['AWS asks to slow down', 'Wait a minute and continue.'],
  'provider-error': ['AWS has a problem of its own', 'Wait a few minutes and continue.'],
  'lock-held': [(detail) => `another run is at it${aside(detail)}`, 'Wait until it has ended or cancel it.'],
  'plan-again': ['it has changed since the plan was approved', 'Nothing was done: plan again.'],
  'no-consent': ['it would be deleted or replaced, which needs a consent of its own', 'Plan again and allow it.'],
  overwrite: ["somebody else's would be overwritten, which needs a consent of its own", 'Plan again and allow it.'],
  orphan: ['it is no longer in the platform file', 'Allow its deletion, or put it back.'],
  'kubernetes-unreachable': ['the cluster does not answer', 'Check endpoint access and network, then refresh.'],
  'kubernetes-restarting': ["the cluster's API server is not reachable just now", 'Wait a minute and continue.'],
  'kubernetes-webhook': [
    (detail) => `webhook ${detail === undefined ? 'of the cluster' : detail} does not answer`,
    'Look at its pods, then apply.',
  ],
  'kubernetes-error': ['the cluster has a problem of its own', 'Wait a few minutes and continue.'],
  'kubernetes-foreign': ['it is in the cluster and not ours', 'Remove it there, or here.'],
  'kubernetes-kind': [(detail) => `the cluster does not know ${detail ?? 'its kind'}`, 'Install its definition, then apply.'],
  'kubernetes-unknown-field': [
    (detail) => (detail === undefined ? 'its kind has not all of its fields' : `its kind has no field ${detail}`),
    'Correct the manifest, then apply.',
  ],
  'kubernetes-certificate': ['what answers has not the certificate of the cluster', 'Check the proxy, then refresh.'],
  'image-missing': ['its image is not in the registry', 'Correct or push the image, then apply.'],
  'image-denied': ['the registry does not let its image be pulled', 'Check the pull Secret, then apply.'],
  'image-unreachable': ['the registry of its image does not answer', 'Wait a few minutes and continue.'],
  'secret-gone': ['a Secret that it needs is missing', 'Apply: it is asked for anew.'],
  'config-missing': ['a ConfigMap that it needs is missing', 'Put it into the manifests, then apply.'],
  'slots-full': ['no slot for its pods is free', 'Add nodes or larger ones, then apply.'],
  'nodes-full': ['no node has room for its pods', 'Add nodes or larger ones, then apply.'],
  'no-default-class': ['no StorageClass is the default one', 'Apply: the add-ons put theirs back.'],
  'volume-failed': ['it gets no volume', 'Look at its claim, then apply.'],
  'no-load-balancer-subnet': ['no subnet is fit for its load balancer', 'Check their tags and routes, then apply.'],
  'no-load-balancer-service': ['its chart makes no Service of type LoadBalancer', "Set the Service's type in its values, then apply."],
  'load-balancer-failed': ['it gets no load balancer', 'Look at its events, then apply.'],
  'crash-loop': ['its container ends again and again', 'Look at its log, then apply.'],
  'probe-failing': ['it runs and does not get ready', 'Look at its log, then continue.'],
  'workload-stuck': ['its pods do not get ready', 'Look at its pods and their logs, then apply.'],
  'kubernetes-finalizer': ['a finalizer keeps it', 'If its controller is gone, take it out with kubectl edit.'],
  'no-access-entry': ['the cluster does not know you yet', 'Add yourself to cluster.admins, then refresh.'],
  'cluster-denied': [
    (detail) => `the cluster does not let you ${detail ?? 'do this'}`,
    'Ask for its access policy AmazonEKSClusterAdminPolicy.',
  ],
  'region-off': [(detail) => `region ${detail ?? 'of the file'} is not enabled`, 'Enable it in the AWS console, then retry.'],
  'unknown-key': [
    (detail) => `AWS does not know this key${detail === undefined ? '' : ` in ${detail}`}`,
    'Enable the region, choose another, or use another key.',
  ],
  partition: ['this kind of AWS region is not supported', 'Choose a commercial or GovCloud region.'],
  'zone-refused': ['EKS refuses one of its zones', 'Name others in network.zones, destroy and apply again.'],
  'block-public-access': ['the account blocks public access to VPCs', 'Exclude this VPC or switch it off, then retry.'],
  'address-in-use': ['its address belongs to something else', 'Release it in the console, then retry.'],
  'range-conflict': ['its address range is taken in this VPC', 'Choose another range in platform.yml.'],
  'subnet-full': ['its subnet has no free address left', 'Free some or choose larger ranges.'],
  'in-use': ['still in use by something else', 'Delete what uses it, then continue.'],
  'deletion-protected': ['it is protected against deletion', 'Switch the protection off in the console, then retry.'],
  'encryption-key': ['the default EBS key cannot be used', 'Let the node role use it, then retry.'],
  'policy-missing': ['a managed policy of AWS does not exist here', 'Update Slipway, then apply again.'],
  disk: ['the disk is full or read-only', 'Free some space, then continue.'],
  cancelled: ['stopped as you asked', 'Continue when you are ready.'],
  skipped: [(detail) => `skipped, because ${detail ?? 'what it needs'} failed`, 'Fix that, then continue.'],
  unexpected: ["an error of Slipway's own", 'Look at the log, then retry.'],
} as const satisfies Record<string, Entry>;

export type SentenceCode = keyof typeof CATALOGUE;

/** Codes of providers (AWS API references of EC2, EKS, IAM, STS; Kubernetes reasons) that a sentence of ours says better. */
const ALIASES: Readonly<Record<string, SentenceCode>> = {
  AccessDenied: 'denied',
  AddonFailed: 'addon-failed',
  AddressLimitExceeded: 'address-limit',
  AuthFailure: 'denied',
  DeleteConflict: 'in-use',
  'denied-likely': 'denied',
  DependencyViolation: 'in-use',
  EAI_AGAIN: 'unreachable',
  ECONNREFUSED: 'unreachable',
  ECONNRESET: 'lost-network',
  EHOSTUNREACH: 'unreachable',
  ENETDOWN: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENOTFOUND: 'unreachable',
  EPIPE: 'lost-network',
  ETIMEDOUT: 'lost-network',
  ExpiredToken: 'signed-out',
  Forbidden: 'cluster-denied',
  InsufficientFreeAddressesInSubnet: 'subnet-full',
  InsufficientInstanceCapacity: 'capacity',
  InvalidClientTokenId: 'unknown-key',
  InternalError: 'provider-error',
  InternalFailure: 'provider-error',
  InternetGatewayLimitExceeded: 'gateway-limit',
  'InvalidSubnet.Conflict': 'range-conflict',
  MaxSpotInstanceCountExceeded: 'vcpu-limit',
  NatGatewayLimitExceeded: 'nat-limit',
  OptInRequired: 'region-off',
  ProgressDeadlineExceeded: 'workload-stuck',
  RequestExpired: 'signed-out',
  RequestLimitExceeded: 'throttled',
  'Resource.AlreadyAssociated': 'address-in-use',
  ResourceInUse: 'in-use',
  RouteTableLimitExceeded: 'quota',
  Server: 'provider-error',
  ServiceUnavailable: 'provider-error',
  SpotCapacityNotAvailable: 'spot-capacity',
  'sso-expired': 'signed-out',
  SubnetLimitExceeded: 'quota',
  Throttling: 'throttled',
  TimeoutError: 'lost-network',
  TooManyRequests: 'throttled',
  Unauthorized: 'no-access-entry',
  UnauthorizedOperation: 'denied',
  UnfulfillableCapacity: 'spot-capacity',
  UnsupportedAvailabilityZone: 'zone-refused',
  UnrecognizedClient: 'unknown-key',
  VcpuLimitExceeded: 'vcpu-limit',
  VpcLimitExceeded: 'vpc-limit',
};

export const SENTENCE_CODES: readonly SentenceCode[] = Object.keys(CATALOGUE).filter(isOurs);

function isOurs(code: string): code is SentenceCode {
  return Object.hasOwn(CATALOGUE, code);
}

/** Which entry of the catalogue a code of ours or of a provider (with or without `Exception`) belongs to. */
export function sentenceCodeOf(code: string): SentenceCode | undefined {
  const known = code.replace(/Exception$/, '');
  return isOurs(known) ? known : Object.hasOwn(ALIASES, known) ? ALIASES[known] : undefined;
}

/** The catalogue's words for a code of ours or of a provider; `undefined` when it has none. */
export function wordsFor(code: string, detail?: string): Words | undefined {
  const own = sentenceCodeOf(code);
  if (own === undefined) return undefined;
  const [reason, next]: Entry = CATALOGUE[own];
  return { reason: typeof reason === 'string' ? reason : reason(detail), next };
}

/** The catalogue's sentence for a code; `undefined` when it has none: then the reason itself is shown. */
export function sentenceFor(code: string, { title, detail }: Subject): string | undefined {
  const whole = wordsFor(code, detail);
  if (whole === undefined) return undefined;
  const plain = wordsFor(code) ?? whole;
  const short = cut(title, LONGEST_TITLE);
  return sentenceOf(short, fits(short, whole) ? whole : plain);
}

/**
 * Title, reason and next step as one sentence that fits. What does not fit loses the end of its title first, then of its reason (the
 * words of a provider may be long); never the next step.
 */
export function sentenceOf(title: string, { reason, next }: { readonly reason: string; readonly next?: string | undefined }): string {
  const why = reason.replace(/[.\s]+$/, '');
  const words = (name: string, cause: string): string =>
    `${name}: ${cause}${cause.endsWith('…') ? '' : '.'}${next === undefined ? '' : ` ${next}`}`;
  const shorter = (text: string, over: number, least: number): string =>
    over <= 0 ? text : cut(text, Math.max(least, text.length - over));
  const overBy = (name: string, cause: string): number => words(name, cause).length - LONGEST;
  const name = shorter(title, overBy(title, why), RECOGNISABLE_TITLE);
  const cause = shorter(why, overBy(name, why), SHORTEST_REASON);
  return words(shorter(name, overBy(name, cause), SHORTEST_TITLE), cause);
}

const fits = (title: string, { reason, next }: Words): boolean => `${title}: ${reason}. ${next}`.length <= LONGEST;

/** To at most so many UTF-16 units, and never through the middle of a character. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = most - 1;
  const isSplit = /[\uD800-\uDBFF]/.test(text.charAt(end - 1));
  return `${text.slice(0, isSplit ? end - 1 : end)}…`;
}
