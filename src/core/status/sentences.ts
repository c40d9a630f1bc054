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

type Sentence = (title: string, detail: string | undefined) => string;

/** Each names the resource, the cause and the next step, and no code of a provider. */
const CATALOGUE = {
  foreign: (title, detail) => `${title}: ${detail ?? 'one of that name'} is there and not ours. Remove it or choose another name.`,
  immutable: (title) => `${title} cannot be changed in place. Undo the change, or destroy and apply again.`,
  outside: (title) => `${title} would have to be replaced too. Apply without choosing stages.`,
  unseen: (title) => `${title} could not be looked at. Check the connection and refresh.`,
  timeout: (title, detail) => `${title} is still not there${detail ? ` after ${detail}` : ''}. Look at its reason, then continue.`,
  'tried-thrice': (title) => `${title} was asked for three times and did not take. Look at it in the console, then retry.`,
  twins: (title) => `${title} exists twice and both are in use. Empty one of them, delete it, and apply again.`,
  guard: (title, detail) =>
    `${title} belongs to another account${detail ? ` than ${detail}` : ''}. Choose the right profile and try again.`,
  'signed-out': (title) => `${title}: your credentials have expired. Sign in, and the run goes on.`,
  'no-credentials': (title) => `${title}: no AWS credentials were found. Choose a profile or sign in.`,
  'mfa-cancelled': (title) => `${title}: no MFA code was entered. Connect again and enter one.`,
  'vpc-limit': (title) => `${title}: this region has no room for another VPC. Delete one or ask for a higher quota.`,
  'address-limit': (title) => `${title}: no Elastic IP is left in this region. Release one or ask for a higher quota.`,
  'nat-limit': (title) => `${title}: this zone has no room for another NAT gateway. Delete one or raise the quota.`,
  'gateway-limit': (title) => `${title}: no internet gateway is left in this region. Delete one or raise the quota.`,
  'vcpu-limit': (title) => `${title}: the vCPU quota is used up. Ask for a higher one or choose smaller nodes.`,
  quota: (title, detail) => `${title}: the quota is too small${detail ? ` (${detail})` : ''}. Ask for a higher one, then apply.`,
  'spot-capacity': (title, detail) =>
    `${title}: no spot capacity${detail ? ` for ${detail}` : ''}. Add instance types or choose on-demand, then retry.`,
  denied: (title, detail) => `${title}: you may not do this${detail ? ` (${detail})` : ''}. Ask for the policy of "slipway policy".`,
  'cluster-failed': (title) => `${title} could not be created by AWS. Look at its reason, then apply again: it is made anew.`,
  'cluster-unhealthy': (title) => `${title} is unhealthy. Look at its reason and mend it in AWS, then refresh.`,
  'nat-failed': (title) => `${title} failed in AWS. Look at its reason, then apply again: it is made anew.`,
  'nodegroup-failed': (title) => `${title} could not start its nodes. Look at its reason, then apply again: it is made anew.`,
  'addon-failed': (title) => `${title} could not be installed. Look at its reason, then apply again: it is made anew.`,
  'iam-propagation': (title) => `${title}: AWS does not accept the new role yet. Wait a minute and continue.`,
  'lost-network': (title) => `${title}: the answer of AWS was lost. Check the network and continue: nothing is made twice.`,
  throttled: (title) => `${title}: AWS asks to slow down. Wait a minute and continue.`,
  'provider-error': (title) => `${title}: AWS has an error of its own. Wait a few minutes and continue.`,
  'lock-held': (title, detail) => `${title}: another run is at it${detail ? ` (${detail})` : ''}. Wait until it has ended or cancel it.`,
  'plan-again': (title) => `${title} has changed since the plan was approved. Nothing was done: plan again.`,
  'no-consent': (title) => `${title} would be deleted or replaced, which needs a consent of its own. Plan again and allow it.`,
  orphan: (title) => `${title} is no longer in the platform file. Allow its deletion, or put it back.`,
  'kubernetes-unreachable': (title) => `${title}: the cluster does not answer. Check endpoint access and network, then refresh.`,
  'no-access-entry': (title) => `${title}: the cluster does not know you yet. Add yourself to cluster.admins, then refresh.`,
  'region-off': (title, detail) => `${title}: region ${detail ?? 'of the file'} is not enabled. Enable it in the AWS console, then retry.`,
  partition: (title) => `${title}: this kind of AWS region is not supported. Choose a commercial or GovCloud region.`,
  'zone-refused': (title) => `${title}: EKS refuses one of its zones. Name other zones in network.zones and apply again.`,
  'block-public-access': (title) => `${title}: the account blocks public access to VPCs. Exclude this VPC or switch it off, then retry.`,
  'address-in-use': (title) => `${title}: its address belongs to something else. Release it in the console, then retry.`,
  'range-conflict': (title) => `${title}: its address range is taken in this VPC. Choose another range in platform.yml.`,
  'subnet-full': (title) => `${title}: its subnet has no free address left. Free some or choose larger ranges.`,
  'in-use': (title) => `${title} is still in use by something else. Delete what uses it, then continue.`,
  'deletion-protected': (title) => `${title} is protected against deletion. Switch the protection off in the console, then retry.`,
  'encryption-key': (title) => `${title}: the default EBS key cannot be used. Let the node role use it, then retry.`,
  'policy-missing': (title) => `${title}: a managed policy of AWS does not exist here. Update Slipway, then apply again.`,
  disk: (title) => `${title}: the disk is full or read-only. Free some space, then continue.`,
  cancelled: (title) => `${title} was stopped as you asked. Continue when you are ready.`,
  skipped: (title, detail) => `${title} was skipped: ${detail ?? 'what it needs'} failed. Fix that, then continue.`,
  unexpected: (title) => `${title} met an error of Slipway's own. Look at the log, then retry.`,
} as const satisfies Record<string, Sentence>;

export type SentenceCode = keyof typeof CATALOGUE;

/** Codes of providers (AWS API references of EC2, EKS, IAM, STS; Kubernetes reasons) that a sentence of ours says better. */
const ALIASES: Readonly<Record<string, SentenceCode>> = {
  AccessDenied: 'denied',
  AccessDeniedException: 'denied',
  AddonFailed: 'addon-failed',
  AddressLimitExceeded: 'address-limit',
  AuthFailure: 'denied',
  DeleteConflict: 'in-use',
  DependencyViolation: 'in-use',
  ExpiredToken: 'signed-out',
  ExpiredTokenException: 'signed-out',
  Forbidden: 'denied',
  InsufficientFreeAddressesInSubnet: 'subnet-full',
  InsufficientInstanceCapacity: 'spot-capacity',
  InternalError: 'provider-error',
  InternalFailure: 'provider-error',
  InternetGatewayLimitExceeded: 'gateway-limit',
  'InvalidSubnet.Conflict': 'range-conflict',
  MaxSpotInstanceCountExceeded: 'vcpu-limit',
  NatGatewayLimitExceeded: 'nat-limit',
  OptInRequired: 'region-off',
  RequestLimitExceeded: 'throttled',
  'Resource.AlreadyAssociated': 'address-in-use',
  ResourceInUseException: 'in-use',
  ServerException: 'provider-error',
  ServiceUnavailable: 'provider-error',
  SpotCapacityNotAvailable: 'spot-capacity',
  Throttling: 'throttled',
  ThrottlingException: 'throttled',
  TooManyRequestsException: 'throttled',
  Unauthorized: 'no-access-entry',
  UnauthorizedOperation: 'denied',
  UnfulfillableCapacity: 'spot-capacity',
  UnsupportedAvailabilityZoneException: 'zone-refused',
  VcpuLimitExceeded: 'vcpu-limit',
  VpcLimitExceeded: 'vpc-limit',
  'denied-likely': 'denied',
  'not-yet': 'iam-propagation',
  'sso-expired': 'signed-out',
};

export const SENTENCE_CODES: readonly SentenceCode[] = Object.keys(CATALOGUE).filter(isOurs);

function isOurs(code: string): code is SentenceCode {
  return Object.hasOwn(CATALOGUE, code);
}

/** The catalogue's sentence for a code of ours or of a provider; `undefined` when it has none: then the reason itself is shown. */
export function sentenceFor(code: string, { title, detail }: Subject): string | undefined {
  const own = isOurs(code) ? code : Object.hasOwn(ALIASES, code) ? ALIASES[code] : undefined;
  if (own === undefined) return undefined;
  return fitted(CATALOGUE[own], cut(title, LONGEST_TITLE), detail);
}

/** What does not fit loses its detail first, then the end of its title; never the next step. */
function fitted(sentence: Sentence, title: string, detail: string | undefined): string {
  const whole = sentence(title, detail);
  if (whole.length <= LONGEST) return whole;
  const plain = sentence(title, undefined);
  return plain.length <= LONGEST ? plain : sentence(cut(title, title.length - (plain.length - LONGEST)), undefined);
}

/** To at most so many UTF-16 units, and never through the middle of a character. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = most - 1;
  const isSplit = /[\uD800-\uDBFF]/.test(text.charAt(end - 1));
  return `${text.slice(0, isSplit ? end - 1 : end)}…`;
}
