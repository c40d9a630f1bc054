import type { CredentialNeed, CredentialValues } from '../../runner/objectCalls.ts';
import type { Dialogs } from '../dialogs.ts';
import { isWantedSecret, secretName } from '../model/objectRow.ts';
import type { Addressed } from '../model/rowAddress.ts';
import { listed } from '../model/stateLook.ts';
import { visibleText } from '../model/visibleText.ts';
import { count } from '../model/wording.ts';
import type { Platform } from '../platform.ts';

/**
 * Asks for every credential that a missing Secret needs, each once for all that it fills. Values go to the runner when the last one was
 * typed; whoever leaves a box has left nothing behind. Returns whether the person wants to apply now, which the button `apply` offers.
 */
export async function enterSecrets(platform: Platform, dialogs: Dialogs, at: Partial<Addressed>, apply = 'Apply All...'): Promise<boolean> {
  const all = await dialogs.busy(`Looking at the Secrets of ${platform.name}`, () => platform.ask('credentials', {}));
  const needs = ofRow(all, at);
  if (needs.length === 0) {
    void dialogs.tell('info', `${platform.name} needs no Secret from you: all that its manifests refer to are there.`);
    return false;
  }
  const values = await askAll(needs, dialogs);
  if (values === undefined) return false;
  await platform.ask('enterCredentials', { values });
  void platform.poller.refresh();
  const filled = new Set(needs.flatMap(({ fills }) => fills)).size;
  const told = `Kept in memory: ${count(needs.length, 'credential')} for ${count(filled, 'Secret')}. They are written by the next apply.`;
  const canApply = platform.model.view.session === 'connected' && !platform.model.view.run;
  return (await dialogs.tell('info', told, canApply ? [apply] : [])) === apply;
}

/** What fills the Secrets of that row; everything, where the row has none of its own. */
function ofRow(needs: readonly CredentialNeed[], { stage, resource }: Partial<Addressed>): readonly CredentialNeed[] {
  const rows = (resource ? [resource] : (stage?.resources ?? [])).filter(isWantedSecret).map(secretName);
  const own = needs.filter(({ fills }) => fills.some((secret) => rows.includes(secret)));
  return own.length > 0 ? own : needs;
}

async function askAll(needs: readonly CredentialNeed[], dialogs: Dialogs): Promise<CredentialValues | undefined> {
  const values: Record<string, Readonly<Record<string, string>>> = {};
  for (const [index, need] of needs.entries()) {
    const place = needs.length > 1 ? ` (${index + 1} of ${needs.length})` : '';
    const fields = await askFields(need, place, dialogs);
    if (fields === undefined) return undefined;
    values[need.id] = fields;
  }
  return values;
}

async function askFields(need: CredentialNeed, place: string, dialogs: Dialogs): Promise<Readonly<Record<string, string>> | undefined> {
  const values: Record<string, string> = {};
  for (const { id, title, hidden, suggestion } of need.fields) {
    const value = await dialogs.type({
      title: `Enter Secrets${place}: ${visibleText(need.title, 60)}`,
      prompt: `${visibleText(title, 60)} · ${purposeOf(need)}`,
      secret: hidden,
      ...(suggestion === undefined ? {} : { value: suggestion }),
      validate: (text) => (text === '' ? 'It cannot be empty.' : undefined),
    });
    if (value === undefined) return undefined;
    values[id] = value;
  }
  return values;
}

/** `fills mer/minio and 2 more, needed by mer`. */
function purposeOf({ fills, neededBy }: CredentialNeed): string {
  const [secrets, users] = [listed(fills), listed(neededBy)].map((text) => visibleText(text, 100));
  return `fills ${secrets}${users === '' ? '' : `, needed by ${users}`}`;
}
