import type { CallerOut } from '../aws/outputs.ts';
import type { NamedEndpoint } from './endpoints.ts';
import type { Person } from './person.ts';
import type { Pins } from './pins.ts';
import { RunnerError } from './runnerError.ts';

export interface GuardOptions {
  readonly file: string;
  readonly region: string;
  /** `account` of the file and of the person (`--account`): each that is there must be right. */
  readonly fileAccount: string | undefined;
  readonly personAccount: string | undefined;
  readonly endpoints: readonly NamedEndpoint[];
  readonly person: Person;
  readonly pins: Pins;
  /** A rehearsal plays the account: nothing to confirm. */
  readonly rehearsal: boolean;
  readonly signal: AbortSignal;
}

/**
 * Whose account is this? Once a run, before its first write: the caller's account is the expected one, and the person
 * has said yes to this (file, account, region, identity).
 * @throws RunnerError exit 3, naming what was expected and what is.
 */
export async function guard(caller: CallerOut, options: GuardOptions): Promise<void> {
  const { file, region, person, pins } = options;
  assertAccount(caller, options);
  if (options.rehearsal) return;
  const identity = stableIdentity(caller.arn);
  const pin = await pins.of(file);
  if (pin !== undefined && pin.account === caller.account && pin.region === region && pin.identity === identity) return;
  // Naming the account is the consent of an unattended run; the identity is pinned so that a change of it is noticed.
  const vouched = options.personAccount === caller.account;
  const endpoint = options.endpoints.map(({ source, url }) => `${source}=${url}`).join(', ');
  const yes =
    vouched ||
    (await person.ask(
      'confirmIdentity',
      {
        file,
        identity: caller.arn,
        account: caller.account,
        region,
        ...(endpoint === '' ? {} : { endpoint }),
        ...(pin === undefined ? {} : { previous: `${pin.identity} in ${pin.account}, ${pin.region}` }),
      },
      options.signal,
    ));
  if (!yes) {
    throw new RunnerError(`Nobody has confirmed that this folder may use ${identity} in account ${caller.account}.`, {
      code: 'guard',
      exit: 3,
      next: `Run once in a terminal and confirm, or add --account ${caller.account}.`,
      expected: pin === undefined ? { account: options.fileAccount ?? 'confirmed' } : { ...pin },
      actual: { account: caller.account, region, identity },
    });
  }
  await pins.set(file, { account: caller.account, region, identity });
}

/** @throws RunnerError exit 3 when the file or the person names another account than the credentials'. */
export function assertAccount(
  caller: Pick<CallerOut, 'account' | 'arn'>,
  expected: Pick<GuardOptions, 'fileAccount' | 'personAccount' | 'rehearsal'>,
): void {
  for (const [account, by] of [
    [expected.personAccount, 'you named'],
    [expected.fileAccount, 'platform.yml names'],
  ] as const) {
    if (account !== undefined && account !== caller.account) throw wrongAccount(account, by, caller, expected.rehearsal);
  }
}

function wrongAccount(expected: string, by: string, caller: Pick<CallerOut, 'account' | 'arn'>, rehearsal: boolean): RunnerError {
  return new RunnerError(`The credentials belong to account ${caller.account}, but ${by} ${expected}: nothing was changed.`, {
    code: 'guard',
    exit: 3,
    next: rehearsal
      ? `This rehearsal plays ${caller.account}: name that account, or take another world with --world.`
      : `Choose a profile of account ${expected} with --profile.`,
    expected: { account: expected },
    actual: { account: caller.account, identity: caller.arn },
  });
}

/** An assumed role's session name changes with each sign-in; the role is who it is. */
export function stableIdentity(arn: string): string {
  return arn.replace(/^(arn:[\w-]+:sts::\d{12}:assumed-role\/[^/]+)\/.*$/, '$1');
}
