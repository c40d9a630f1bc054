import type { ResourceStatus, PlatformStatus, State } from '../../core/status/platformStatus.ts';
import { stageState } from '../../core/status/stageState.ts';

type Told = Pick<ResourceStatus, 'state' | 'reason' | 'cause' | 'next'>;

/** What the last run failed at or left out, by resource. A look at AWS cannot tell: a create that was denied leaves nothing to see. */
export interface RunFailures {
  readonly verb: 'apply' | 'destroy';
  readonly told: ReadonlyMap<string, Told>;
}

const STOPPED: ReadonlySet<State> = new Set<State>(['failed', 'blocked', 'skipped']);
/** States in which a resource is still not where the run wanted it, and which say nothing of why. */
const UNEXPLAINED: Readonly<Record<RunFailures['verb'], ReadonlySet<State>>> = {
  apply: new Set<State>(['absent', 'outdated']),
  destroy: new Set<State>(['ready', 'outdated', 'waiting']),
};

/** Of the rows as a run left them. */
export function failuresOf({ stages }: PlatformStatus, verb: RunFailures['verb']): RunFailures {
  const stopped = stages.flatMap(({ resources }) => resources).filter(({ state }) => STOPPED.has(state));
  return { verb, told: new Map(stopped.map((resource) => [resource.id, resource])) };
}

/** A look after that run: what is still as the failure left it goes on saying why. */
export function withFailures(status: PlatformStatus, { verb, told }: RunFailures): PlatformStatus {
  const explained = (seen: ResourceStatus): ResourceStatus => {
    const failure = UNEXPLAINED[verb].has(seen.state) ? told.get(seen.id) : undefined;
    if (!failure) return seen;
    const { state, reason, cause, next } = failure;
    return { ...seen, state, reason, ...(cause ? { cause } : {}), ...(next === undefined ? {} : { next }) };
  };
  const stages = status.stages.map((stage) => {
    const resources = stage.resources.map(explained);
    const same = resources.every((resource, index) => resource === stage.resources[index]);
    return same ? stage : { ...stage, resources, ...stageState(resources, false) };
  });
  return { ...status, stages };
}
