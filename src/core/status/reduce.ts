import type { RunEvent } from '../engine/events.ts';
import type { LeftOver } from '../engine/plan.ts';
import { LEFT } from './left.ts';
import type { PlatformStatus, ResourceStatus, State, StageStatus } from './platformStatus.ts';
import { wordsFor } from './sentences.ts';
import { stageState } from './stageState.ts';

type OfResource = Extract<RunEvent, { readonly resource: string }>;
type Observed = Extract<RunEvent, { readonly event: 'resource.observed' }>;
type Finished = Extract<RunEvent, { readonly event: 'run.finished' }>;
type Verb = 'apply' | 'destroy';

/** Takes one event of a run into what is shown. Pure; what an event does not touch stays the same object, so a face redraws only what changed. */
export function reduce(status: PlatformStatus, event: RunEvent): PlatformStatus {
  switch (event.event) {
    case 'run.started':
      return started({ ...status, run: { id: event.run, verb: event.verb } }, event.verb, new Set(event.stages));
    case 'run.paused':
      return { ...status, session: 'signedOut', ...(status.run ? { run: { ...status.run, paused: event.reason } } : {}) };
    case 'run.resumed':
      return { ...status, session: 'connected', ...(status.run ? { run: { id: status.run.id, verb: status.run.verb } } : {}) };
    case 'run.finished':
      return finished(status, event);
    default:
      return ofResource(status, event);
  }
}

function ofResource(status: PlatformStatus, event: OfResource): PlatformStatus {
  if (event.stage === LEFT.id && status.left?.some((row) => row.resource === event.resource)) {
    return { ...status, left: status.left.flatMap((row) => (row.resource === event.resource ? leftAfter(row, event) : [row])) };
  }
  const isShown = status.stages.some((stage) => stage.id === event.stage && stage.resources.some((row) => row.id === event.resource));
  if (!isShown) return ofHidden(status, event);
  const verb = status.run?.verb ?? 'apply';
  const titleOf = (id: string): string => status.stages.flatMap((stage) => stage.resources).find((row) => row.id === id)?.title ?? id;
  return withRows(
    status,
    (row) => (row.id === event.resource ? after(row, event, verb, titleOf) : row),
    (stage) => stage.id === event.stage,
  );
}

/** What left the file has one thing done to it: it goes. */
function leftAfter(row: LeftOver, event: OfResource): readonly LeftOver[] {
  switch (event.event) {
    case 'resource.observed':
      return event.state === 'absent' ? [] : [row];
    case 'resource.started':
      return [{ ...row, reason: 'being deleted' }];
    case 'resource.progress':
      return [{ ...row, reason: event.message }];
    case 'resource.finished':
      return [];
    case 'resource.failed':
      return [{ ...row, reason: event.reason }];
    case 'resource.skipped':
      return [row];
  }
}

/** A value that was only found out has no row; its failure is told as a finding, since others are skipped for it. */
function ofHidden(status: PlatformStatus, event: OfResource): PlatformStatus {
  if (event.event !== 'resource.failed') return status;
  const finding = { code: event.cause?.code ?? 'failed', severity: 'error' as const, message: event.reason, resource: event.resource };
  return { ...status, findings: [...status.findings.filter((other) => other.resource !== event.resource), finding] };
}

function after(row: ResourceStatus, event: OfResource, verb: Verb, titleOf: (id: string) => string): ResourceStatus {
  switch (event.event) {
    case 'resource.observed':
      return observed(row, event, verb);
    case 'resource.started': {
      const { state, reason } = beginning(event.action);
      return {
        ...untimed(row),
        action: event.action,
        state,
        reason,
        elapsed: 0,
        ...(event.expected === undefined ? {} : { expected: event.expected }),
      };
    }
    case 'resource.progress': {
      const isWaitingToBegin = row.state === 'queued' || row.state === 'absent' || row.state === 'skipped';
      const state = isWaitingToBegin ? (verb === 'destroy' ? 'deleting' : 'pending') : row.state;
      return {
        ...row,
        state,
        reason: event.message,
        elapsed: event.elapsed,
        ...(event.expected === undefined ? {} : { expected: event.expected }),
      };
    }
    case 'resource.finished':
      return event.action === 'delete' ? gone(row) : { ...untimed(row), ...settledWord(row) };
    case 'resource.failed': {
      const plain = { ...untimed(row), state: event.blocked ? ('blocked' as const) : ('failed' as const), reason: event.reason };
      return { ...plain, ...(event.cause ? { cause: event.cause } : {}), ...(event.next === undefined ? {} : { next: event.next }) };
    }
    case 'resource.skipped':
      return { ...untimed(row), state: 'skipped', reason: `${titleOf(event.because)} failed` };
  }
}

/** Under way as long as its step has begun and has not ended. */
const hasBegun = (row: ResourceStatus): boolean => row.action !== undefined;

function observed(row: ResourceStatus, event: Observed, verb: Verb): ResourceStatus {
  if (event.state === 'absent') {
    if (verb === 'destroy') return gone(row);
    const { physicalId: _, outputs: __, ...rest } = row;
    return { ...rest, owner: 'none', ...(hasBegun(row) ? {} : { state: 'queued' as const, reason: '' }) };
  }
  if (event.state === 'unknown')
    return { ...row, ...troubleIn(event), state: 'unknown', reason: event.reason ?? '', ...lastKnown(row, event.time) };
  const here = { ...row, owner: event.owner, ...(event.physicalId === undefined ? {} : { physicalId: event.physicalId }) };
  const word = wordIn(here, event, verb);
  if (word.state === 'ready') return { ...untimed(here), ...word };
  return { ...here, ...troubleIn(event), ...word };
}

function troubleIn({ cause }: Observed): Pick<ResourceStatus, 'cause' | 'next'> {
  if (cause === undefined) return {};
  const next = wordsFor(cause.code)?.next;
  return { cause, ...(next === undefined ? {} : { next }) };
}

function wordIn(row: ResourceStatus, event: Observed, verb: Verb): { readonly state: State; readonly reason: string } {
  const reason = event.reason ?? '';
  if (event.owner === 'foreign') return { state: 'blocked', reason: `not ours: ${event.physicalId ?? row.title}` };
  if (event.leaving) return { state: 'deleting', reason };
  if (verb === 'destroy') return hasBegun(row) ? { state: 'deleting', reason: row.reason } : { state: 'queued', reason: '' };
  switch (event.state) {
    case 'degraded':
      return { state: event.awaits === undefined ? 'degraded' : 'waiting', reason };
    case 'pending':
    case 'failed':
      return { state: event.state, reason };
    default: {
      const isStillToDo = hasBegun(row) && row.state === 'pending';
      if (isStillToDo || (row.state === 'queued' && row.changes !== undefined)) return { state: row.state, reason: row.reason };
      return { state: 'ready', reason };
    }
  }
}

function beginning(action: string): { readonly state: State; readonly reason: string } {
  switch (action) {
    case 'delete':
      return { state: 'deleting', reason: '' };
    case 'update':
      return { state: 'pending', reason: 'updating' };
    case 'create':
      return { state: 'pending', reason: 'creating' };
    default:
      return { state: 'pending', reason: 'making it anew' };
  }
}

/** Done: it is ready, unless it was last seen usable and waiting for something outside the run. */
const settledWord = (row: ResourceStatus): { readonly state: State; readonly reason: string } =>
  row.state === 'waiting' || row.state === 'degraded' ? { state: row.state, reason: row.reason } : { state: 'ready', reason: '' };

function gone(row: ResourceStatus): ResourceStatus {
  const { physicalId: _, outputs: __, ...rest } = untimed(row);
  return { ...rest, state: 'absent', reason: '', owner: 'none' };
}

const OF_A_STEP = ['action', 'elapsed', 'expected', 'cause', 'next', 'changes', 'lastKnown'] as const;

/** Without what belonged to the step or the failure before. */
function untimed(row: ResourceStatus): ResourceStatus {
  const rest: { -readonly [K in keyof ResourceStatus]: ResourceStatus[K] } = { ...row };
  for (const key of OF_A_STEP) delete rest[key];
  return rest;
}

const lastKnown = (row: ResourceStatus, at: string): Pick<ResourceStatus, 'lastKnown'> => {
  if (row.state !== 'unknown') return { lastKnown: { state: row.state, at } };
  return row.lastKnown ? { lastKnown: row.lastKnown } : {};
};

const QUEUED_BY_APPLY: ReadonlySet<State> = new Set<State>(['absent', 'outdated', 'failed', 'blocked', 'skipped', 'unknown']);

function started(status: PlatformStatus, verb: Verb, stages: ReadonlySet<string>): PlatformStatus {
  const queued = (row: ResourceStatus): ResourceStatus => {
    const isQueued = verb === 'apply' ? QUEUED_BY_APPLY.has(row.state) : row.state !== 'absent' && row.owner !== 'foreign';
    if (!isQueued) return row;
    const changes = row.changes === undefined ? {} : { changes: row.changes };
    return { ...untimed(row), ...changes, state: 'queued', reason: '' };
  };
  return withRows(status, queued, (stage) => stages.has(stage.id));
}

/** What was not reached goes back to what it was; what AWS still works on stays so until the next look. */
function finished(status: PlatformStatus, { monthlyUsd, time, left }: Finished): PlatformStatus {
  const { run: _, ...rest } = status;
  // Why it could not go was told by its own event; the end knows only that.
  const still = left?.map((row) => status.left?.find(({ resource }) => resource === row.resource) ?? row);
  const ended = {
    ...rest,
    observedAt: time,
    cost: { ...status.cost, standingMonthlyUsd: monthlyUsd },
    ...(still === undefined ? {} : { left: still }),
  };
  return withRows(ended, (row) => {
    if (row.state === 'queued') return { ...row, ...unreachedWord(row) };
    return row.elapsed === undefined ? row : untimed(row);
  });
}

function unreachedWord(row: ResourceStatus): { readonly state: State; readonly reason: string } {
  if (row.physicalId === undefined) return { state: 'absent', reason: '' };
  return { state: row.changes === undefined ? 'ready' : 'outdated', reason: '' };
}

function withRows(
  status: PlatformStatus,
  change: (row: ResourceStatus) => ResourceStatus,
  where: (stage: StageStatus) => boolean = () => true,
): PlatformStatus {
  const stages = status.stages.map((stage) => {
    if (!where(stage)) return stage;
    const resources = stage.resources.map(change);
    return { ...stage, ...stageState(resources, status.run !== undefined), resources };
  });
  return { ...status, stages };
}
