import type { Questions } from '../../runner/protocol.ts';
import type { Choice, Dialogs } from '../dialogs.ts';
import type { Mode } from '../model/platformView.ts';
import { visibleText } from '../model/visibleText.ts';
import type { Platform } from '../platform.ts';

export interface Account {
  readonly mode: Mode;
  readonly profile?: string;
}

/** security.md: one pattern for profile names, none starts with `-`. */
const PROFILE = /^[A-Za-z0-9_.@+/][A-Za-z0-9_.@+/ -]{0,63}$/;

/** Which account: the person's choice, never the file's. */
export async function chooseAccount(platform: Platform, dialogs: Dialogs): Promise<Account | undefined> {
  const choices: readonly Choice<'default' | 'profile' | 'rehearsal'>[] = [
    { label: '$(account) Default credentials', detail: 'What the AWS CLI would use: environment, default profile, SSO', value: 'default' },
    { label: '$(person-add) Another profile...', detail: 'One of your AWS configuration, by its name', value: 'profile' },
    { label: '$(beaker) The rehearsed account', detail: 'On this machine: nothing reaches AWS, nothing costs money', value: 'rehearsal' },
  ];
  const choice = await dialogs.choose(`Connect ${platform.name} to`, choices);
  if (choice !== 'profile') return choice && { mode: choice === 'default' ? 'live' : 'rehearsal' };
  const profile = await dialogs.type({
    title: `Connect ${platform.name}`,
    prompt: 'Name of the AWS profile',
    ...(platform.credentialsProfile === undefined ? {} : { value: platform.credentialsProfile }),
    validate: (text) =>
      PROFILE.test(text) ? undefined : 'A profile name has letters, digits and . _ @ + / - and does not start with a hyphen.',
  });
  return profile === undefined ? undefined : { mode: 'live', profile };
}

/** First use of an identity for a file, or a change of one: whose account this is, in words. */
export async function confirmIdentity(dialogs: Dialogs, detail: Questions['confirmIdentity']['detail']): Promise<boolean> {
  const lines = [
    `Account: ${detail.account}`,
    `Identity: ${detail.identity}`,
    `Region: ${detail.region}`,
    ...(detail.endpoint === undefined ? [] : [`AWS at another address: ${detail.endpoint}`]),
    ...(detail.previous === undefined ? [] : [`Until now it was: ${detail.previous}`]),
    `File: ${detail.file}`,
  ].map((line) => visibleText(line, 400));
  const identity = visibleText(detail.identity);
  return (
    (await dialogs.confirm(`This folder wants to use ${identity} in ${visibleText(detail.account)}`, lines.join('\n'), [
      'Use This Account',
    ])) !== undefined
  );
}

/** Six digits, or `undefined`: cancelled. They are kept nowhere. */
export async function askMfaCode(dialogs: Dialogs, { serial }: Questions['mfaCode']['detail']): Promise<string | undefined> {
  return dialogs.type({
    title: 'MFA code',
    prompt: `Six digits of ${visibleText(serial)}`,
    secret: true,
    validate: (text) => (/^\d{6}$/.test(text) ? undefined : 'Six digits.'),
  });
}
