import { draw, stateFrom } from './random.ts';
import type { ServiceName } from './service.ts';
import type { Faults } from './world.ts';

export interface FaultArgument {
  readonly text: string;
  readonly required: boolean;
  /** Every argument that means something; what does not match is refused when it is armed, not ignored when it should strike. */
  readonly pattern: RegExp;
}

/** What a fault does, for `--list-faults` and *Break Something*. */
export interface FaultKind {
  readonly name: string;
  /** What happens, in one sentence. */
  readonly text: string;
  /** What may or must stand after `=`. */
  readonly argument?: FaultArgument;
  /** How often it strikes before it is spent. `undefined`: as long as it is armed. */
  readonly shots?: number;
}

/** `CreateVpc`, `ec2:CreateVpc`. */
const OPERATION_NAME = /^([a-z0-9-]+:)?[A-Z][A-Za-z0-9]+$/;
const OBJECT_NAME = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;
const NUMBER = /^\d{1,6}(\.\d+)?$/;
const OPERATION: FaultArgument = {
  text: 'the operation it strikes, e.g. CreateVpc; without it a mutating request chosen by the seed',
  required: false,
  pattern: OPERATION_NAME,
};

/** Every fault of the rehearsal. Names are public: `--fault NAME[=ARGUMENT]` (CHANGELOG when they change). */
export const FAULTS: readonly FaultKind[] = [
  { name: 'lost-answer', text: 'A request is carried out, but its answer never arrives.', argument: OPERATION, shots: 1 },
  {
    name: 'throttle',
    text: 'AWS answers a few requests with "rate exceeded".',
    argument: { ...OPERATION, text: 'only this operation' },
    shots: 8,
  },
  {
    name: 'server-error',
    text: 'AWS answers a few requests with an internal error.',
    argument: { ...OPERATION, text: 'only this operation' },
    shots: 5,
  },
  {
    name: 'slow',
    text: 'Every answer takes longer.',
    argument: { text: 'seconds of the wall clock (default 2, at most 60)', required: false, pattern: NUMBER },
  },
  {
    name: 'expired-credentials',
    text: 'The credentials expire in the middle of the run, until they are renewed (disarm the fault).',
    argument: { text: 'after how many requests (default: 20 after the first change)', required: false, pattern: NUMBER },
  },
  {
    name: 'access-denied',
    text: 'One action is denied.',
    argument: { text: 'the action, e.g. eks:CreateAddon or ec2:AllocateAddress', required: true, pattern: OPERATION_NAME },
  },
  {
    name: 'no-spot-capacity',
    text: 'There is no spot capacity for more than two nodes.',
    argument: { text: 'how many spot nodes there are (default 2)', required: false, pattern: NUMBER },
  },
  {
    name: 'address-quota',
    text: 'Only so many Elastic IP addresses are left.',
    argument: { text: 'how many are left (default 1)', required: false, pattern: NUMBER },
  },
  { name: 'vpc-quota', text: 'The region has no room for another VPC.' },
  {
    name: 'iam-propagation',
    text: 'New roles take long to be known everywhere.',
    argument: { text: 'seconds (default 90)', required: false, pattern: NUMBER },
  },
  {
    name: 'foreign',
    text: 'Something of the name we need is there already, and is not ours.',
    argument: { text: 'cluster=NAME, role=NAME or subnet', required: true, pattern: /^((cluster|role)=[\w+=,.@-]+|subnet)$/ },
  },
  { name: 'cluster-failed', text: 'The control plane fails while it is being created.', shots: 1 },
  { name: 'nat-failed', text: 'A NAT gateway fails while it is being created.', shots: 1 },
  {
    name: 'zones-refused',
    text: 'EKS has no room in one of the zones.',
    argument: { text: 'the zone name (default: the first one)', required: false, pattern: /^[a-z0-9-]+$/ },
  },
  { name: 'region-off', text: 'The region is not enabled in this account.' },
  {
    name: 'block-public-access',
    text: 'VPC Block Public Access is on for the region.',
    argument: { text: 'bidirectional (default) or ingress', required: false, pattern: /^(bidirectional|ingress)$/ },
  },
  { name: 'encryption-key', text: 'New volumes are encrypted with a customer key that the nodes may not use.' },
  {
    name: 'image-missing',
    text: 'A container image is not in its registry.',
    argument: { text: 'a part of its reference, e.g. kafka', required: true, pattern: /^[\w./:@-]+$/ },
  },
  {
    name: 'secret-deleted',
    text: 'Somebody deletes a Secret as soon as a pod needs it.',
    argument: { text: 'NAMESPACE/NAME', required: true, pattern: /^[a-z0-9-]+\/[a-z0-9.-]+$/ },
    shots: 1,
  },
  {
    name: 'webhook-never-ready',
    text: 'The program behind an admission webhook starts and never gets ready.',
    argument: { text: 'the name of its Deployment (default cert-manager-webhook)', required: false, pattern: OBJECT_NAME },
  },
  {
    name: 'slots-full',
    text: 'Somebody else’s pods take all slots of the nodes.',
    argument: { text: 'how many slots of each node they leave (default 0)', required: false, pattern: /^\d{1,2}$/ },
  },
  {
    name: 'api-restart',
    text: 'The cluster’s API server is replaced: watches break, and for half a minute of the world nobody answers.',
    shots: 1,
  },
  {
    name: 'other-manager',
    text: 'Somebody scales a Deployment by hand as soon as it is there, and owns its number of replicas from then on.',
    argument: { text: 'NAMESPACE/NAME of the Deployment', required: true, pattern: /^[a-z0-9-]+\/[a-z0-9.-]+$/ },
    shots: 1,
  },
  { name: 'no-default-class', text: 'No storage class counts as the default one.' },
  { name: 'no-load-balancer-subnet', text: 'The cluster finds no subnet that is fit for a load balancer.' },
  { name: 'not-delegated', text: 'The registrar of the domain still names other name servers.' },
  {
    name: 'hook-timeout',
    text: 'A hook of a Helm chart starts and does not end.',
    argument: { text: 'a part of the name of its Job, e.g. db-init', required: true, pattern: OBJECT_NAME },
  },
  {
    name: 'chart-broken',
    text: 'A Helm chart does not render.',
    argument: { text: 'the release, e.g. sentry', required: true, pattern: OBJECT_NAME },
  },
  {
    name: 'helm-killed',
    text: 'Helm dies in the middle of an install or an upgrade.',
    argument: { text: 'the release, e.g. sentry', required: true, pattern: OBJECT_NAME },
    shots: 1,
  },
];

/** An armed fault as it is kept in the world. */
export interface ArmedFault {
  readonly name: string;
  readonly argument: string;
  /** Strikes left, `null`: no end. */
  shots: number | null;
  /** How many requests that it could have struck have passed. */
  seen: number;
}

/** Said to whoever asked for a fault that does not exist, or with a wrong argument. */
export class UnknownFault extends Error {
  override readonly name = 'UnknownFault';
}

/** `throttle=CreateVpc` → what is kept. @throws UnknownFault */
export function parseFault(text: string): ArmedFault {
  const cut = text.indexOf('=');
  const name = cut === -1 ? text : text.slice(0, cut);
  const argument = cut === -1 ? '' : text.slice(cut + 1);
  const kind = FAULTS.find((each) => each.name === name);
  if (kind === undefined) throw new UnknownFault(`There is no fault “${name}”. See slipway rehearse --list-faults.`);
  if (kind.argument === undefined && argument !== '') throw new UnknownFault(`The fault “${name}” takes no argument.`);
  if (kind.argument?.required === true && argument === '') throw new UnknownFault(`The fault “${name}” needs ${kind.argument.text}.`);
  if (argument !== '' && kind.argument?.pattern.test(argument) === false)
    throw new UnknownFault(`The fault “${name}” does not take “${argument}”, but ${kind.argument.text}.`);
  return { name, argument, shots: kind.shots ?? null, seen: 0 };
}

/** The armed faults of a world. `kept` is part of the world's state and is changed in place. */
export class WorldFaults implements Faults {
  readonly #kept: () => ArmedFault[];
  readonly #seed: number;

  constructor(seed: number, kept: () => ArmedFault[]) {
    this.#seed = seed;
    this.#kept = kept;
  }

  list(): readonly ArmedFault[] {
    return this.#kept();
  }

  arm(fault: ArmedFault): void {
    this.disarm(fault.name, fault.argument);
    this.#kept().push(fault);
  }

  clear(): void {
    this.#kept().length = 0;
  }

  /** Takes back one fault, or, without an argument, all of that name. */
  disarm(name: string, argument?: string): void {
    const kept = this.#kept();
    const left = kept.filter((each) => each.name !== name || (argument !== undefined && each.argument !== argument));
    kept.splice(0, kept.length, ...left);
  }

  armed(name: string): string | undefined {
    return this.#kept().find((each) => each.name === name)?.argument;
  }

  arguments(name: string): readonly string[] {
    return this.#kept()
      .filter((each) => each.name === name)
      .map((each) => each.argument);
  }

  /**
   * With an operation as the argument the fault strikes that one until its shots are spent. Without, the seed decides
   * which of the requests that pass here are struck: the same seed and the same requests give the same strikes.
   */
  take(name: string, service?: ServiceName, operation?: string): boolean {
    const fault = this.#kept().find((each) => each.name === name && aims(each, service, operation));
    if (fault === undefined) return false;
    fault.seen += 1;
    if (operation !== undefined && fault.argument === '' && !this.#strikes(fault)) return false;
    if (fault.shots !== null) {
      fault.shots -= 1;
      if (fault.shots <= 0) this.#kept().splice(this.#kept().indexOf(fault), 1);
    }
    return true;
  }

  counted(name: string): number {
    return this.#kept().find((each) => each.name === name)?.seen ?? 0;
  }

  /** Counts one more request against a fault that strikes after so many, from the first that `starts` it on. */
  pass(name: string, starts: boolean): void {
    const fault = this.#kept().find((each) => each.name === name);
    if (fault !== undefined && (fault.seen > 0 || starts)) fault.seen += 1;
  }

  #strikes(fault: ArmedFault): boolean {
    return draw(stateFrom(this.#seed, fault.name, fault.seen)).value < 0.2;
  }
}

const EXPIRES_AFTER_REQUESTS = 20;

/** The fault `expired-credentials`: after as many requests as were named, else in the middle of a run. What they sign is worth nothing then. */
export function haveExpired(faults: Faults): boolean {
  const after = faults.armed('expired-credentials');
  if (after === undefined) return false;
  return faults.counted('expired-credentials') > Number(after === '' ? EXPIRES_AFTER_REQUESTS : after);
}

function aims(fault: ArmedFault, service: ServiceName | undefined, operation: string | undefined): boolean {
  if (operation === undefined || fault.argument === '') return true;
  return fault.argument === operation || fault.argument === `${String(service)}:${operation}`;
}
