import type { ResourceStatus, StageStatus } from '../../core/status/platformStatus.ts';
import { phaseOf, type PlatformView } from './platformView.ts';
import type { Flag } from './row.ts';

/** Kinds whose pods are made anew by `kubectl rollout restart`, and those that have pods at all. */
const RESTARTED = new Set(['Deployment.apps', 'StatefulSet.apps', 'DaemonSet.apps']);
const WITH_PODS = new Set([...RESTARTED, 'ReplicaSet.apps', 'Job.batch', 'Pod']);

/** What can be done with the row of a Kubernetes object; nothing for anything else. */
export function objectFlags(view: PlatformView, resource: ResourceStatus): readonly Flag[] {
  if (resource.provider !== 'kubernetes') return [];
  const flags: Flag[] = isWantedSecret(resource) && needsValues(resource) ? ['canEnterSecrets'] : [];
  if (view.session !== 'connected' || resource.physicalId === undefined || !isObject(resource)) return flags;
  flags.push('hasLive');
  if (resource.source !== undefined) flags.push('hasComparison');
  if (WITH_PODS.has(resource.kind)) flags.push('hasLogs');
  const phase = phaseOf(view);
  const isOurs = resource.owner === 'slipway' || resource.owner === 'adopted';
  if (RESTARTED.has(resource.kind) && isOurs && phase !== 'running' && phase !== 'stopping') flags.push('canRestart');
  return flags;
}

/** Secrets of this stage that only a person can fill: it is blocked by nothing else. */
export function neededSecrets({ state, resources }: StageStatus): readonly ResourceStatus[] {
  const blocked = state === 'blocked' ? resources.filter((resource) => resource.state === 'blocked') : [];
  return blocked.every(isWantedSecret) ? blocked : [];
}

/** A Secret that manifests refer to and none defines: not of a file, and not a release's own. */
export function isWantedSecret({ kind, provider, source, id }: ResourceStatus): boolean {
  return kind === 'Secret' && provider === 'kubernetes' && source === undefined && id.startsWith('Secret/');
}

/** `namespace/name`, as `CredentialNeed.fills` has it. */
export function secretName({ id }: ResourceStatus): string {
  return id.slice('Secret/'.length);
}

/** What fails here was there before and lacks a key. */
const needsValues = ({ state }: ResourceStatus): boolean => state === 'blocked' || state === 'failed';

/** Releases of Helm have neither a YAML of their own nor pods. */
const isObject = ({ kind }: ResourceStatus): boolean => kind !== 'HelmRelease';
