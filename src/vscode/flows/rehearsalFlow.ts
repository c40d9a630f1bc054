import type { FaultView } from '../../runner/protocol.ts';
import type { Dialogs } from '../dialogs.ts';
import { visibleText } from '../model/visibleText.ts';
import type { Platform } from '../platform.ts';

/** Offers the faults of the rehearsal; one that is armed is mended by choosing it again. */
export async function breakSomething(platform: Platform, dialogs: Dialogs): Promise<void> {
  const faults = await platform.ask('faults', {});
  const chosen = await dialogs.choose(
    'Break Something',
    faults.map((fault) => ({
      label: `${fault.armed ? '$(flame)' : '$(circle-large-outline)'} ${visibleText(fault.name)}`,
      description: fault.armed ? 'broken now; choose it to mend it' : '',
      detail: visibleText(fault.description, 300),
      value: fault,
    })),
  );
  if (!chosen) return;
  const argument = chosen.armed || chosen.argument === undefined ? '' : await argumentOf(chosen.name, chosen.argument, dialogs);
  if (argument === undefined) return;
  await platform.ask('breakSomething', { fault: argument === '' ? chosen.name : `${chosen.name}=${argument}`, armed: !chosen.armed });
  void dialogs.tell('info', told(chosen, argument));
  void platform.poller.refresh();
}

async function argumentOf(fault: string, argument: string, dialogs: Dialogs): Promise<string | undefined> {
  return dialogs.type({
    title: `Break Something: ${visibleText(fault)}`,
    prompt: `${visibleText(argument)}; leave it empty for any`,
    validate: (text) => (/^[\w.:*/-]*$/.test(text) ? undefined : 'Letters, digits and . : * / - only.'),
  });
}

function told(fault: FaultView, argument: string): string {
  const name = visibleText(argument === '' ? fault.name : `${fault.name}=${argument}`);
  return fault.armed ? `Mended: ${name}.` : `Broken: ${name}. The next requests will feel it.`;
}

/** Forgets the rehearsed world; asks once. Resolves whether it did. */
export async function resetRehearsal(platform: Platform, dialogs: Dialogs): Promise<boolean> {
  const answer = await dialogs.confirm(
    `Reset the rehearsal of ${platform.name}?`,
    'Everything in the rehearsed account is forgotten, faults too.',
    ['Reset'],
  );
  if (answer === undefined) return false;
  await platform.ask('resetRehearsal', {});
  platform.model.forgetRuns();
  await platform.look();
  return true;
}
