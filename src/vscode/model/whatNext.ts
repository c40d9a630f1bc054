import type { CommandId } from '../commandIds.ts';
import { neededSecrets } from './objectRow.ts';
import { phaseOf, runToRepeat, type PlatformView } from './platformView.ts';

export interface Suggestion {
  readonly command: CommandId;
  readonly label: string;
  readonly why: string;
}

/** What a person would do now, the likeliest first. */
export function whatNext(view: PlatformView | undefined): readonly Suggestion[] {
  if (!view) return [...STARTING, LOG];
  return [...main(view), ...(view.mode === 'rehearsal' ? REHEARSAL : []), LOG];
}

const LOG: Suggestion = { command: 'log', label: '$(output) Show Log', why: 'everything that was done, line by line' };
const STARTING: readonly Suggestion[] = [
  { command: 'rehearse', label: '$(beaker) Rehearse Without an Account', why: 'the whole bootstrap on this machine, no AWS, no cost' },
  { command: 'createPlatform', label: '$(add) Create Platform...', why: 'write a platform.yml into this folder' },
  { command: 'openSample', label: '$(book) Open Sample', why: 'a platform to look at' },
];
const REHEARSAL: readonly Suggestion[] = [
  { command: 'breakSomething', label: '$(flame) Break Something...', why: 'see what a bad day looks like' },
  { command: 'resetRehearsal', label: '$(discard) Reset Rehearsal', why: 'forget the rehearsed account' },
];
const SOURCE: Suggestion = { command: 'openSource', label: '$(go-to-file) Open platform.yml', why: 'read or change what is wanted' };
const PLAN: Suggestion = { command: 'plan', label: '$(open-preview) Preview Plan', why: 'what would change, for how much, for how long' };
const APPLY: Suggestion = { command: 'applyAll', label: '$(run-all) Apply All...', why: 'asks once, after showing the plan' };
const SECRETS: Suggestion = { command: 'enterSecrets', label: '$(key) Enter Secrets...', why: 'what only you know, each once' };
const REFRESH: Suggestion = { command: 'refresh', label: '$(refresh) Refresh', why: 'look again' };

function main(view: PlatformView): readonly Suggestion[] {
  const phase = phaseOf(view);
  if (phase === 'running') {
    const cancel: Suggestion = {
      command: 'cancel',
      label: '$(stop-circle) Cancel Run',
      why: 'nothing new is started; what exists is kept',
    };
    return view.run?.paused === undefined
      ? [cancel]
      : [{ command: 'signIn', label: '$(account) Sign In', why: 'the run waits for it' }, cancel];
  }
  if (phase === 'stopping') return [];
  if (view.errors > 0) return [{ ...SOURCE, why: 'it has errors, nothing can be planned' }];
  switch (view.session) {
    case 'notConnected':
      return [{ command: 'connect', label: '$(plug) Connect to AWS Account...', why: 'nothing is asked of AWS before' }, SOURCE];
    case 'signedOut':
      return [{ command: 'signIn', label: '$(account) Sign In', why: 'the credentials have expired or are missing' }, SOURCE];
    case 'unreachable':
      return [
        { ...REFRESH, why: 'AWS could not be reached' },
        { command: 'connect', label: '$(plug) Connect to AWS Account...', why: 'with another profile' },
      ];
    case 'connected':
      return connected(view, phase === 'interrupted');
  }
}

function connected(view: PlatformView, interrupted: boolean): readonly Suggestion[] {
  const stages = view.status?.stages ?? [];
  const destroy: Suggestion = {
    command: 'destroyAll',
    label: '$(trash) Destroy Platform...',
    why: 'back to an empty account; the name is typed',
  };
  const going: readonly Suggestion[] = interrupted
    ? [{ command: 'continue', label: '$(debug-continue) Continue Interrupted Run...', why: 'from where it stopped' }]
    : [];
  const secrets: readonly Suggestion[] = stages.some((stage) => neededSecrets(stage).length > 0) ? [SECRETS] : [];
  if (stages.every(({ state }) => state === 'absent')) return [...going, PLAN, APPLY, SOURCE];
  if (stages.some(({ state }) => state === 'failed' || state === 'blocked')) {
    const fix: Suggestion = { command: 'fix', label: '$(lightbulb) Fix...', why: 'why it stopped, and the ways out' };
    const again: Suggestion = {
      command: 'continue',
      label: '$(debug-continue) Continue',
      why: `the ${runToRepeat(view).verb}, from where it stopped`,
    };
    return [...secrets, ...going, fix, ...(interrupted ? [] : [again]), PLAN, destroy];
  }
  const nothingLeft = (view.status?.left?.length ?? 0) === 0;
  if (nothingLeft && stages.every(({ state }) => state === 'ready' || state === 'waiting'))
    return [...going, REFRESH, PLAN, SOURCE, destroy];
  return [...going, PLAN, APPLY, SOURCE, destroy];
}
