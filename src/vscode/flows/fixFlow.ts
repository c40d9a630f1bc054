import type { CommandId } from '../commandIds.ts';
import type { Dialogs } from '../dialogs.ts';
import { failureCard } from '../model/failureCard.ts';
import { runToRepeat } from '../model/platformView.ts';
import { sourceText } from '../../runner/sourceText.ts';
import { isWantedSecret, objectFlags } from '../model/objectRow.ts';
import { addressed, type Addressed } from '../model/rowAddress.ts';
import { visibleText } from '../model/visibleText.ts';
import type { Platform } from '../platform.ts';

/** The failure card of a row: why it stopped, what is kept, what it costs, and the ways out. Returns the command that was chosen. */
export async function chooseFix(platform: Platform, dialogs: Dialogs, at?: Addressed): Promise<CommandId | undefined> {
  const { view } = platform.model;
  const card = failureCard(view, at);
  const free = view.session === 'connected' && !view.run;
  const retry = {
    label: '$(debug-restart) Retry from Here',
    ...(runToRepeat(view).verb === 'destroy' ? { description: 'the destroy that stopped' } : {}),
    ...(card.next === undefined ? {} : { detail: card.next }),
    value: 'retry' as const,
  };
  const culprit = addressed(view.status, `${card.stage ?? ''}/${card.resource ?? ''}`).resource;
  const choices = [
    ...(culprit && isWantedSecret(culprit) ? [{ label: '$(key) Enter Secrets...', value: 'enterSecrets' as const }] : []),
    ...(free ? [retry] : []),
    ...(view.session === 'signedOut' ? [{ label: '$(account) Sign In', value: 'signIn' as const }] : []),
    {
      label: `$(go-to-file) Open ${visibleText((culprit && sourceText(culprit, view.file)) ?? 'platform.yml')}`,
      detail: 'Change what is wanted',
      value: 'openSource' as const,
    },
    ...(culprit && objectFlags(view, culprit).includes('hasLogs')
      ? [{ label: '$(list-flat) Follow Logs', detail: `What ${visibleText(culprit.title)} says`, value: 'logs' as const }]
      : []),
    { label: '$(output) Show Log', detail: 'What was said, word for word', value: 'log' as const },
    ...(platform.mode === 'rehearsal'
      ? [{ label: '$(flame) Mend or Break Something...', detail: 'The faults of the rehearsal', value: 'breakSomething' as const }]
      : []),
    { label: '$(circle-slash) Leave It', detail: card.facts.join(' · '), value: undefined },
    ...(free
      ? [{ label: '$(trash) Tear Down...', detail: 'Back to an empty account; the name is typed', value: 'destroyAll' as const }]
      : []),
  ];
  const next = free || card.next === undefined ? [] : [card.next];
  return dialogs.choose([card.why, ...next, ...card.facts].join(' · '), choices);
}
