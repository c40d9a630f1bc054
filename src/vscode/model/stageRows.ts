import type { PlatformStatus, ResourceStatus, StageStatus, State } from '../../core/status/platformStatus.ts';
import { sourceText } from '../../runner/sourceText.ts';
import { consoleUrl } from './consoleUrl.ts';
import { endpointsOf } from './endpointRows.ts';
import { neededSecrets, objectFlags } from './objectRow.ts';
import { phaseOf, type PlatformView } from './platformView.ts';
import type { Flag, Row } from './row.ts';
import { badgeOf, describeState, hasUnknownPrice, iconOf, needsAttention, type Stated } from './stateLook.ts';
import { visibleText } from './visibleText.ts';
import { webAddress } from './webAddress.ts';
import { count } from './wording.ts';

/** Longest cause chain under a row. */
const CAUSE_LINES = 5;

const NEEDS_FIX: ReadonlySet<State> = new Set<State>(['failed', 'degraded', 'blocked']);

/** The row of a stage, and of everything under it. `now` dates what was last known. */
export function stageRow(view: PlatformView, stage: StageStatus, now: number): Row {
  return stateRow({
    path: stage.id,
    kind: 'stage',
    title: stage.title,
    stated: statedStage(view, stage),
    flags: stageFlags(view, stage),
    open: 'collapsed',
    now,
  });
}

export function resourceRow(view: PlatformView, stage: StageStatus, resource: ResourceStatus, now: number): Row {
  const path = `${stage.id}/${resource.id}`;
  const open = causeRows(view, path, resource).length > 0 ? 'collapsed' : 'leaf';
  return stateRow({
    path,
    kind: 'resource',
    title: resource.title,
    stated: statedResource(view, resource),
    flags: resourceFlags(view, resource),
    open,
    now,
  });
}

/** Why it is not ready, from the outside in, at most five lines; none for what is ready or only not there yet. */
export function causeRows(view: PlatformView, path: string, resource: ResourceStatus): readonly Row[] {
  return causeLines(view, resource).map((line, index) => ({
    path: `${path}/cause/${index}`,
    kind: 'cause',
    label: line.text,
    description: '',
    icon: { id: line.icon },
    accessible: line.text,
    flags: line.flags ?? [],
    attention: true,
    open: 'leaf',
  }));
}

interface CauseLine {
  readonly text: string;
  readonly icon: string;
  readonly flags?: readonly Flag[];
}

function causeLines(view: PlatformView, resource: ResourceStatus): readonly CauseLine[] {
  if (!['failed', 'blocked', 'degraded', 'skipped', 'unknown'].includes(resource.state)) return [];
  const writtenIn = sourceText(resource, view.file);
  const lines: readonly CauseLine[] = [
    { text: resource.reason, icon: 'info' },
    { text: resource.cause?.message ?? '', icon: 'debug-stackframe-dot' },
    { text: resource.cause?.requestId === undefined ? '' : `AWS request ${resource.cause.requestId}`, icon: 'debug-stackframe-dot' },
    { text: writtenIn === undefined ? '' : `Written in ${writtenIn}`, icon: 'go-to-file', flags: ['hasManifest'] },
    { text: resource.next === undefined ? '' : `Next: ${resource.next}`, icon: 'arrow-right' },
  ];
  const told = new Set<string>();
  return lines
    .map((line) => ({ ...line, text: visibleText(line.text) }))
    .filter(({ text }) => text !== '' && !told.has(text) && told.add(text))
    .slice(0, CAUSE_LINES);
}

interface StateRowParts {
  readonly path: string;
  readonly kind: 'stage' | 'resource';
  readonly title: string;
  readonly stated: Stated;
  readonly flags: readonly Flag[];
  readonly open: Row['open'];
  readonly now: number;
}

function stateRow({ path, kind, title, stated, flags, open, now }: StateRowParts): Row {
  const description = describeState(stated, now);
  const label = visibleText(title);
  const badge = badgeOf(stated.state, stated.owner);
  const reason = visibleText(stated.reason, 120);
  // What is missing is told in the same words to eye and ear.
  const told = reason === '' || stated.missing ? description : reason;
  return {
    path,
    kind,
    label,
    description,
    icon: iconOf(stated.state, stated.owner),
    ...(badge ? { badge } : {}),
    accessible: [label, stated.state, ...(told === stated.state ? [] : [told])].join(', '),
    flags,
    attention: needsAttention(stated.state),
    open,
  };
}

function statedStage(view: PlatformView, stage: StageStatus): Stated {
  const stages = view.status?.stages ?? [];
  const required = stages.filter(({ id }) => stage.requires.includes(id));
  const working = stage.resources.filter(({ state, elapsed }) => (state === 'pending' || state === 'deleting') && elapsed !== undefined);
  const slowest = working.toSorted((one, other) => (other.expected ?? 0) - (one.expected ?? 0))[0];
  const foreign = stage.resources.find(({ state, owner }) => state === 'blocked' && owner === 'foreign');
  const known = stage.resources.find(({ state, lastKnown }) => state === 'unknown' && lastKnown);
  const absent = stage.resources.filter(({ state }) => state === 'absent');
  const missing = stage.state === 'outdated' && absent.length > 0 ? { count: absent.length, of: stage.resources.length } : undefined;
  const changes = stage.resources.reduce((sum, { state, changes: own = 0 }) => sum + (state === 'absent' ? 0 : own), 0);
  const secrets = neededSecrets(stage).length;
  return {
    state: stage.state,
    reason: secrets === 0 ? stage.reason : `needs ${count(secrets, 'secret')}`,
    owner: stage.state === 'blocked' && foreign ? 'foreign' : 'slipway',
    physicalId: foreign?.physicalId,
    lastKnown: known?.lastKnown,
    elapsed: slowest?.elapsed,
    expected: slowest?.expected,
    createSeconds: stage.estimate.createSeconds,
    monthlyUsd: stage.estimate.monthlyUsd,
    unpriced: stage.resources.filter(hasUnknownPrice).length,
    changes: stage.state !== 'outdated' ? foreign?.changes : missing ? changes : Math.max(1, changes),
    missing,
    ...before(
      view,
      required,
      stages.filter(({ requires }) => requires.includes(stage.id)),
    ),
    rehearsal: view.mode === 'rehearsal',
  };
}

function statedResource(view: PlatformView, resource: ResourceStatus): Stated {
  const required = resource.requires.flatMap((id) => (view.status === undefined ? [] : (resourcesOf(view.status).get(id) ?? [])));
  return {
    ...resource,
    createSeconds: resource.estimate?.createSeconds,
    monthlyUsd: resource.estimate?.monthlyUsd,
    unpriced: hasUnknownPrice(resource) ? 1 : 0,
    ...before(view, required, requirersOf(view.status, resource.id)),
    rehearsal: view.mode === 'rehearsal',
  };
}

type Titled = Pick<StageStatus, 'title' | 'state'>;

/** What comes before it: to be made, what it requires; to be deleted, what requires it. */
function before({ run }: PlatformView, required: readonly Titled[], requirers: readonly Titled[]): Pick<Stated, 'after' | 'failedBefore'> {
  const [earlier, done] = run?.verb === 'destroy' ? [requirers, 'absent'] : [required, 'ready'];
  return {
    after: earlier.filter(({ state }) => state !== done).map(({ title }) => title),
    failedBefore: earlier.filter(({ state }) => state === 'failed' || state === 'blocked').map(({ title }) => title),
  };
}

/** By id, once for each status: a thousand rows that each look through all of them would hold the window up. */
const resourcesById = new WeakMap<PlatformStatus, ReadonlyMap<string, ResourceStatus>>();

function resourcesOf(status: PlatformStatus): ReadonlyMap<string, ResourceStatus> {
  const known = resourcesById.get(status);
  if (known !== undefined) return known;
  const made = new Map(status.stages.flatMap(({ resources }) => resources.map((resource) => [resource.id, resource] as const)));
  resourcesById.set(status, made);
  return made;
}

/** The same the other way round. */
const requirersById = new WeakMap<PlatformStatus, ReadonlyMap<string, readonly ResourceStatus[]>>();

function requirersOf(status: PlatformStatus | undefined, id: string): readonly ResourceStatus[] {
  if (status === undefined) return [];
  const known = requirersById.get(status) ?? requirersIn(status);
  requirersById.set(status, known);
  return known.get(id) ?? [];
}

function requirersIn(status: PlatformStatus): ReadonlyMap<string, readonly ResourceStatus[]> {
  const requirers = new Map<string, ResourceStatus[]>();
  for (const resource of resourcesOf(status).values()) {
    for (const id of resource.requires) {
      const known = requirers.get(id);
      if (known) known.push(resource);
      else requirers.set(id, [resource]);
    }
  }
  return requirers;
}

function stageFlags(view: PlatformView, stage: StageStatus): readonly Flag[] {
  const flags: Flag[] = ['hasSource', 'hasCommands'];
  const free = view.session === 'connected' && phaseOf(view) !== 'running' && phaseOf(view) !== 'stopping';
  const needsSecrets = neededSecrets(stage).length > 0;
  if (needsSecrets) flags.push('canEnterSecrets');
  else if (NEEDS_FIX.has(stage.state)) flags.push('canFix');
  if (stage.state === 'ready' && endpointsOf([stage]).length > 0) flags.push('hasUrl');
  if (!free) return flags;
  flags.push('canPlan');
  if (stage.state === 'absent') flags.push('canApplyTo');
  if (stage.state === 'failed' || stage.state === 'skipped') flags.push('canRetry');
  if (stage.state === 'outdated') flags.push('canPreview', 'canApplyTo');
  if (stage.resources.some(({ owner }) => owner === 'slipway' || owner === 'adopted')) flags.push('canDestroyStage');
  return flags;
}

function resourceFlags(view: PlatformView, resource: ResourceStatus): readonly Flag[] {
  const flags: Flag[] = [resource.source === undefined ? 'hasSource' : 'hasManifest', ...objectFlags(view, resource)];
  const phase = phaseOf(view);
  const free = view.session === 'connected' && phase !== 'running' && phase !== 'stopping';
  if (resource.url !== undefined && webAddress(resource.url) !== undefined) flags.push('hasUrl');
  if (resource.physicalId !== undefined) flags.push('hasId');
  if (arnOf(resource) !== undefined) flags.push('hasArn');
  if (view.mode === 'live' && view.status && consoleUrl(resource, view.status.platform) !== undefined) flags.push('hasConsole');
  if (NEEDS_FIX.has(resource.state) && !flags.includes('canEnterSecrets')) flags.push('canFix');
  if (free && (resource.state === 'failed' || resource.state === 'skipped')) flags.push('canRetry');
  if (free && resource.state === 'outdated') flags.push('canPreview');
  return flags;
}

/** The ARN that AWS knows it by, from its physical id or its outputs. */
export function arnOf(resource: ResourceStatus): string | undefined {
  if (resource.physicalId?.startsWith('arn:') === true) return resource.physicalId;
  const arn = resource.outputs?.['arn'];
  return typeof arn === 'string' && arn.startsWith('arn:') ? arn : undefined;
}
