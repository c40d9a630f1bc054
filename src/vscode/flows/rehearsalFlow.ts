import type { FaultView } from '../../runner/protocol.ts';
import type { Dialogs } from '../dialogs.ts';
import { visibleText } from '../model/visibleText.ts';
import type { Platform } from '../platform.ts';

/** Offers the faults of the rehearsal, what is broken now first; one that is armed is mended by choosing it again. */
export async function breakSomething(platform: Platform, dialogs: Dialogs): Promise<void> {
  const known = await platform.ask('faults', {});
  const faults = known.toSorted((one, other) => Number(other.armed) - Number(one.armed));
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
  const argument = chosen.armed || chosen.argument === undefined ? '' : await argumentOf(chosen, chosen.argument, dialogs);
  if (argument === undefined) return;
  await platform.ask('breakSomething', { fault: argument === '' ? chosen.name : `${chosen.name}=${argument}`, armed: !chosen.armed });
  void dialogs.tell('info', told(chosen, argument));
  void platform.poller.refresh();
}

async function argumentOf({ name, needsArgument }: FaultView, argument: string, dialogs: Dialogs): Promise<string | undefined> {
  const validate = (text: string): string | undefined => {
    if (text === '' && needsArgument === true) return `It needs ${visibleText(argument)}.`;
    return /^[\w.:*/=@+,-]*$/.test(text) ? undefined : 'Letters, digits and . : * / = @ + , - only.';
  };
  const optional = needsArgument === true ? '' : ' (may be left empty)';
  return dialogs.type({ title: `Break Something: ${visibleText(name)}`, prompt: `${visibleText(argument)}${optional}`, validate });
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
  dialogs.outdatePlans(platform.key, 'the latest reset of the rehearsal');
  platform.model.forgetRuns();
  await platform.look();
  return true;
}
