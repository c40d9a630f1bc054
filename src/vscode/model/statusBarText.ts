import { phaseOf, type PlatformView } from './platformView.ts';
import { progressOf } from './platformRow.ts';
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
  const ready = stages.filter(({ state }) => state === 'ready' || state === 'waiting').length;
  if (ready === 0) return { icon: 'cloud', words: `${name}: not created` };
  return ready === stages.length
    ? { icon: 'pass', words: `${name}: ready` }
    : { icon: 'diff-modified', words: `${name} ${ready}/${stages.length}` };
}

function plain(text: string): string {
  return visibleText(text, 60).replaceAll('$(', '$\u200a(');
}
