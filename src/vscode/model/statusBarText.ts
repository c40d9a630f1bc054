import { phaseOf, type PlatformView } from './platformView.ts';
import { progressOf } from './platformRow.ts';
import { stageCounts } from './stageCounts.ts';
import { visibleText } from './visibleText.ts';

/** `$(beaker) REHEARSAL cauchy 9/17`, `$(error) cauchy: Compute failed`. Text from outside cannot smuggle an icon in. */
export function statusBarText(view: PlatformView): string {
  const name = plain(view.status?.platform.name ?? view.fallbackName);
  const { icon, words } = stateOfBar(view, name);
  return view.mode === 'rehearsal'
    ? `$(${icon === 'pass' || icon === 'cloud' || icon === 'plug' || icon === 'sync~spin' ? 'beaker' : icon}) REHEARSAL ${words}`
    : `$(${icon}) ${words}`;
}

function stateOfBar(view: PlatformView, name: string): { icon: string; words: string } {
  const stages = view.status?.stages ?? [];
  if (view.run?.paused !== undefined) return { icon: 'account', words: `${name}: signed out, the run waits` };
  if (view.run) {
    const { done, total } = progressOf(view);
    return phaseOf(view) === 'stopping'
      ? { icon: 'sync~spin', words: `${name}: stopping` }
      : { icon: 'sync~spin', words: `${name} ${done}/${total}` };
  }
  if (view.errors > 0) return { icon: 'error', words: `${name}: platform.yml has errors` };
  if (view.session === 'signedOut') return { icon: 'account', words: `${name}: signed out` };
  if (view.session === 'unreachable') return { icon: 'debug-disconnect', words: `${name}: cannot reach AWS` };
  if (view.interrupted) {
    const { verb, cancelled } = view.interrupted;
    return { icon: 'debug-pause', words: `${name}: ${verb} ${cancelled ? 'cancelled' : 'interrupted'}` };
  }
  const stopped = stages.find(({ state }) => state === 'failed' || state === 'blocked');
  if (stopped) return { icon: 'error', words: `${name}: ${plain(stopped.title)} ${stopped.state === 'failed' ? 'failed' : 'needs you'}` };
  if (view.session === 'notConnected') return { icon: 'plug', words: name };
  const { all, ready, absent, changes } = stageCounts(stages);
  if (absent === all) return { icon: 'cloud', words: `${name}: not created` };
  if (ready < all) return { icon: 'diff-modified', words: `${name} ${ready}/${all}` };
  if (changes > 0 || (view.status?.left?.length ?? 0) > 0) return { icon: 'diff-modified', words: `${name}: changes to apply` };
  return { icon: 'pass', words: `${name}: ready` };
}

function plain(text: string): string {
  return visibleText(text, 60).replaceAll('$(', '$\u200a(');
}
