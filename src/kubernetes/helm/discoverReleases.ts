import type { AnyResource, Look, Observation } from '../../core/graph/resource.ts';
import { NotYet } from '../../core/graph/errors.ts';
import type { KeptIn } from '../objects/discoverMembers.ts';
import { isKept } from '../objects/traits.ts';
import { PART_OF } from '../objects/applySetId.ts';
import { leaving } from '../objects/leaving.ts';
import { PLATFORM_LABEL } from '../platformLabel.ts';
import type { KubernetesClient, KubernetesObject } from '../client.ts';
import type { Helm } from './helm.ts';
import { missingHelm } from './findings.ts';
import { releaseId } from './release.ts';
import { revisionOf } from './releaseRecord.ts';
import { HOOK_SECONDS, runStep } from './runStep.ts';
import { lookAtRelease } from './seenRelease.ts';

/** What the Secrets of this platform tell that no inventory does. */
export interface LabelledSecrets {
  readonly releases: readonly AnyResource[];
  /** Made from what a person gave. What its annotation says is kept is left out. */
  readonly secrets: readonly AnyResource[];
  /** Where one lies that is kept. */
  readonly keptIn: readonly KeptIn[];
}

/**
 * The Helm releases and the given Secrets of this platform, as resources that can be looked at and deleted. They are in no ApplySet: Helm
 * keeps its own inventory, and a Secret has no manifest. One LIST of metadata; no value leaves the cluster.
 * @throws Unseen
 */
export async function discoverLabelledSecrets(look: Look, client: KubernetesClient, label: string, helm: Helm): Promise<LabelledSecrets> {
  const labelSelector = `${PLATFORM_LABEL}=${label}`;
  const found = await client.list('/api/v1/secrets', look.signal, { labelSelector, metadataOnly: true });
  const releases = new Map<string, KubernetesObject>();
  for (const secret of found.filter(isOfHelm)) {
    const id = `${secret.metadata.namespace ?? ''}/${secret.metadata.labels?.['name'] ?? ''}`;
    const newest = releases.get(id);
    if (newest === undefined || revisionOf(newest) < revisionOf(secret)) releases.set(id, secret);
  }
  const given = found.filter(
    (each) => !isOfHelm(each) && each.metadata.labels?.[PART_OF] === undefined && !isKept(each.metadata.annotations),
  );
  return {
    releases: [...releases.values()]
      .filter(({ metadata }) => metadata.labels?.['status'] !== 'uninstalled')
      .map(({ metadata }) => releaseOf(client, helm, metadata.namespace ?? '', metadata.labels?.['name'] ?? '')),
    secrets: given.map((secret) => secretOf(client, secret)),
    keptIn: found
      .filter(({ metadata }) => isKept(metadata.annotations))
      .map(({ metadata: { namespace = '', name } }) => ({ namespace, what: `Secret/${name}` })),
  };
}

const isOfHelm = ({ metadata }: KubernetesObject): boolean => metadata.labels?.['owner'] === 'helm';

/** Uninstalled by Helm before its namespace goes: what it has outside of it (webhooks, cluster roles) would stay for ever. */
function releaseOf(client: KubernetesClient, helm: Helm, namespace: string, release: string): AnyResource {
  const id = releaseId({ namespace, release });
  return {
    id,
    kind: 'HelmRelease',
    provider: 'kubernetes',
    title: `Helm release ${release}`,
    needs: {},
    after: [`Namespace/${namespace}`],
    async observe(look): Promise<Observation<unknown>> {
      const seen = await lookAtRelease(look, client, namespace, release);
      if (seen === undefined) return { state: 'absent' };
      const present = {
        owner: 'slipway',
        physicalId: `${namespace}/${release}`,
        attributes: { status: seen.status },
        outputs: {},
      } as const;
      const isAtWork = seen.status === 'uninstalling' && (await helm.isAtWork(namespace, release));
      return isAtWork ? { ...present, state: 'pending', leaving: true, reason: 'Helm uninstalls it' } : { ...present, state: 'ready' };
    },
    // It goes only with consent, and stays well without.
    check: (look) => missingHelm(helm, id, look.signal, () => Promise.resolve('warning')),
    steps: {
      plan: () => ({ action: 'none' }),
      delete: (_seen, ctx) => runStep(helm, client, { namespace, release }, ['uninstall', release, '--timeout', `${HOOK_SECONDS}s`], ctx),
    },
    estimate: () => ({ createSeconds: 90, deleteSeconds: 30, monthlyUsd: 0 }),
  };
}

function secretOf(client: KubernetesClient, { metadata: { namespace = '', name, uid } }: KubernetesObject): AnyResource {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets/${encodeURIComponent(name)}`;
  return {
    id: `Secret/${namespace}/${name}`,
    kind: 'Secret',
    provider: 'kubernetes',
    title: `Secret ${namespace}/${name}`,
    needs: {},
    after: [`Namespace/${namespace}`],
    async observe(look): Promise<Observation<unknown>> {
      const beside = await client.list(`/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets`, look.signal, {
        fieldSelector: `metadata.name=${name}`,
        metadataOnly: true,
      });
      const live = beside.find(({ metadata }) => metadata.name === name && metadata.uid === uid);
      if (live === undefined) return { state: 'absent' };
      const present = { owner: 'slipway', physicalId: live.metadata.uid ?? name, attributes: {}, outputs: {} } as const;
      return live.metadata.deletionTimestamp === undefined ? { ...present, state: 'ready' } : { ...present, ...leaving(live) };
    },
    steps: {
      plan: () => ({ action: 'none' }),
      async delete(seen, ctx) {
        if (uid === undefined) throw new NotYet('it does not say which object it is');
        await client.delete(path, ctx.signal, { uid: seen.physicalId });
      },
    },
    estimate: () => ({ createSeconds: 2, deleteSeconds: 2, monthlyUsd: 0 }),
  };
}
